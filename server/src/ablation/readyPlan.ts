import { fail, type Result, succeed } from '../base/result.ts';
import type { InTurns } from '../base/turns.ts';
import type { ReadyAblation, Variant, WeightChange } from '../model/ablation.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { changeValues } from '../syntax/setValues.ts';
import { type AblationPlan, matchArms, syntaxError } from './plan.ts';
import { variantIds } from './variantIds.ts';

export interface ReadyPlanInput {
  readonly document: ConfigDocument;
  readonly terms: readonly LossTerm[];
  readonly ready: Pick<ReadyAblation, 'title' | 'variants'>;
  /** What a task makes of a config, or in words what is wrong with it. */
  readonly complete: (document: ConfigDocument) => Result<CompletedConfig>;
  /** Steps of every arm where they are not the config's. */
  readonly steps?: number | undefined;
  /** One run of every variant for each of these. */
  readonly seeds: readonly number[];
  /** Name of the config for the title and the diffs: `train.yaml`. */
  readonly configName: string;
}

/** A config as its task completes it. */
export interface CompletedConfig {
  /** With all defaults. */
  readonly config: unknown;
  /** How many steps a run of it has. */
  readonly steps: number;
}

export interface ReadyPlan extends AblationPlan {
  /** Of all runs together. */
  readonly totalSteps: number;
  /** Whether runs of all variants have as many. */
  readonly isEven: boolean;
}

type Change = ReadyAblation['variants'][number];

/** What was made of one variant: its text, or that it says what the config says already. */
interface MadeVariant {
  readonly label: string;
  readonly text: string;
  readonly completed: CompletedConfig;
  readonly changes: readonly WeightChange[];
  readonly keys: readonly string[];
}

/**
 * Plans a ready-made experiment against a config, or says in words why it cannot be done. Variants
 * that train just as the config does, or as a variant before them does, are left out, and the notes
 * say so.
 */
export function* planReadyAblation(asked: ReadyPlanInput): InTurns<Result<ReadyPlan>> {
  const { configName, ready, complete } = asked;
  const document = withSteps(asked);
  if (!document.ok) return document;
  const input = { ...asked, document: document.value };
  const baseline = complete(document.value);
  if (!baseline.ok) return fail(`${configName} cannot be trained as it is: ${baseline.error}`);
  const kept: MadeVariant[] = [];
  const notes: string[] = [];
  // By all that a config says, so that a thousand variants need not be compared with each other.
  const twins = new Map([[JSON.stringify(baseline.value.config), 'the config as it is']]);
  for (const variant of ready.variants) {
    yield;
    const made = makeVariant(input, variant);
    if (!made.ok) return fail(`${ready.title}, variant "${variant.label}": ${made.error}`);
    const said = JSON.stringify(made.value.completed.config);
    const twin = twins.get(said);
    if (twin === undefined) {
      twins.set(said, `"${variant.label}"`);
      kept.push(made.value);
    } else notes.push(leftOut(variant.label, twin));
  }
  if (kept.length === 0) {
    return fail(
      `${ready.title}: ${configName} trains like every variant of it already, so there is nothing to compare.`,
    );
  }
  const ids = variantIds(kept.map(({ label }) => label));
  const arms = kept.map(({ label, text, changes, keys }, at) => {
    const id = ids[at] ?? label;
    const variant: Variant = { id, label, changes: [...changes], keys: [...keys] };
    return { variant, text };
  });
  const plan = yield* matchArms({ ...input, title: ready.title, arms, notes });
  if (!plan.ok) return plan;
  const each = [baseline.value, ...kept.map(({ completed }) => completed)].map(
    ({ steps }) => steps,
  );
  const perSeed = each.reduce((sum, steps) => sum + steps, 0);
  const seeds = plan.value.runs.length / plan.value.variants.length;
  const isEven = new Set(each).size === 1;
  return succeed({ ...plan.value, totalSteps: perSeed * seeds, isEven });
}

function leftOut(label: string, twin: string): string {
  return twin === `"${label}"`
    ? `${label} is asked for twice, and run once.`
    : `${label} is left out: it trains just as ${twin} does.`;
}

/**
 * The config that is the baseline. The number of steps is set in its text, for every arm alike: what
 * a task times by it, such as the beginning of a second stage, keeps its place in the course.
 */
function withSteps({ document, configName, steps }: ReadyPlanInput): Result<ConfigDocument> {
  const broken = syntaxError(document, configName);
  if (broken !== undefined) return fail(broken);
  if (steps === undefined) return succeed(document);
  return changeValues(document, [{ path: ['steps'], value: steps }]);
}

function makeVariant(
  { document, terms, complete }: ReadyPlanInput,
  { label, changes }: Change,
): Result<MadeVariant> {
  const changed = changeValues(document, changes);
  if (!changed.ok) return changed;
  const completed = complete(changed.value);
  if (!completed.ok) return completed;
  return succeed({
    label,
    text: changed.value.text,
    completed: completed.value,
    changes: weightChanges(terms, changes),
    keys: changes.map(({ path }) => path.join('.')),
  });
}

/** Those of the changes that set a loss weight: its own loss may then have another scale. */
function weightChanges(
  terms: readonly LossTerm[],
  changes: Change['changes'],
): readonly WeightChange[] {
  return changes.flatMap(({ path, value }) => {
    const term = terms.find((candidate) => candidate.path.join('.') === path.join('.'));
    if (term?.weight === undefined || typeof value !== 'number') return [];
    return [{ term: term.name, from: term.weight, to: value }];
  });
}
