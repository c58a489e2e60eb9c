import { fail, type Result, succeed } from '../base/result.ts';
import type { InTurns } from '../base/turns.ts';
import type { ReadyAblation, Variant } from '../model/ablation.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import type { KindVariant } from './kind.ts';
import { type AblationPlan, matchArms, syntaxError, withWeights } from './plan.ts';
import { variantIds } from './variantIds.ts';

export interface WeightVariantsInput {
  readonly document: ConfigDocument;
  readonly terms: readonly LossTerm[];
  /** Of weights alone: what other keys of a foreign program mean is not known. */
  readonly variants: readonly KindVariant[];
  /** Of the experiment, without the config and the seeds. */
  readonly title: string;
  readonly seeds: readonly number[];
  /** Name of the config for the title and the diffs: `train.yaml`. */
  readonly configName: string;
}

/**
 * Plans variants of weights of a config in any language. Variants that say what the config, or one
 * before them, says already are left out, and the notes say so.
 */
export function* planWeightVariants(input: WeightVariantsInput): InTurns<Result<AblationPlan>> {
  const { document, terms, configName, title } = input;
  const broken = syntaxError(document, configName);
  if (broken !== undefined) return fail(broken);
  const kept = new Map<string, KindVariant>();
  const notes: string[] = [];
  for (const variant of input.variants) {
    yield;
    const text = withWeights(document, terms, variant.weights);
    if (!text.ok) return fail(`${title}, variant "${variant.label}": ${text.error}`);
    const twin = text.value === document.text ? 'the config as it is' : kept.get(text.value)?.label;
    if (twin === undefined) kept.set(text.value, variant);
    else notes.push(leftOut(variant.label, twin));
  }
  if (kept.size === 0) {
    return fail(`${title}: every variant is like ${configName}, so there is nothing to compare.`);
  }
  const ids = variantIds([...kept.values()].map(({ label }) => label));
  const arms = [...kept].map(([text, { label, weights }], at) => {
    const variant: Variant = { id: ids[at] ?? label, label, changes: [...weights] };
    return { variant, text };
  });
  return yield* matchArms({ ...input, title, arms, notes });
}

function leftOut(label: string, twin: string): string {
  return label === twin
    ? `${label} is asked for twice, and run once.`
    : `${label} is left out: it is the same as ${twin}.`;
}

/**
 * The variants of a kind as changes of keys, for a config whose task checks every variant: a weight
 * is the key that sets it.
 */
export function asKeyChanges(
  variants: readonly KindVariant[],
  terms: readonly LossTerm[],
): Result<ReadyAblation['variants']> {
  const made: ReadyAblation['variants'][number][] = [];
  for (const { label, weights, values } of variants) {
    const changes = [...values];
    for (const { term: name, to } of weights) {
      const term = terms.find((candidate) => candidate.name === name);
      if (!term) return fail(`The weight of ${name} was not found in the text.`);
      changes.push({ path: term.path, value: to });
    }
    made.push({ label, changes });
  }
  return succeed(made);
}
