import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

import { fail, type Result, succeed } from '../base/result.ts';
import { applyChanges, type TextChange } from '../base/textRange.ts';
import { atOnce, type InTurns } from '../base/turns.ts';
import type { Variant, WeightChange } from '../model/ablation.ts';
import type { WeightAblationRequest } from '../model/ablationRequest.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import { type ConfigDocument, type ScalarNode, walkScalars } from '../syntax/configTree.ts';
import { replaceNumber } from '../syntax/edit.ts';
import { configLanguages } from '../syntax/registry.ts';
import type { WeightedTerm } from './kind.ts';
import { ablationKinds } from './kinds/registry.ts';
import { notANumber } from './kinds/termChange.ts';
import { baselineId, variantIds } from './variantIds.ts';

export interface AblationPlanInput {
  readonly document: ConfigDocument;
  readonly terms: readonly LossTerm[];
  readonly request: WeightAblationRequest;
  /** One run of every variant for each of these. */
  readonly seeds: readonly number[];
  /** Name of the config for the title and the diffs: `train.yaml`. */
  readonly configName: string;
}

/** A matched experiment: which configs to run with which seeds, in which order. */
export interface AblationPlan {
  readonly title: string;
  /** The baseline comes first. */
  readonly variants: readonly Variant[];
  /** The whole text of each variant's config, by the id of the variant. */
  readonly texts: ReadonlyMap<string, string>;
  /** Unified diff of each variant's config against the baseline's; empty for the baseline. */
  readonly diffs: ReadonlyMap<string, string>;
  /** All variants of the first seed, then all of the next: early runs can be compared already. */
  readonly runs: readonly { readonly variant: string; readonly seed: number }[];
  /** What was left out, and why, in words. */
  readonly notes: readonly string[];
}

/** Lines of context in a diff. */
const diffContext = 2;
/** More runs than these are a slip of the pen, and no experiment. */
const mostRuns = 10_000;
/** So many variants that are left out are named. */
const shownNotes = 5;

/** Plans a request against a config, or says in words why it cannot be done. */
export function planAblation(input: AblationPlanInput): Result<AblationPlan> {
  const { document, request, configName } = input;
  const kind = ablationKinds.find(({ name }) => name === request.kind);
  if (!kind) return fail(`There is no ablation of the kind "${request.kind}".`);
  const broken = syntaxError(document, configName);
  if (broken !== undefined) return fail(broken);
  const changes = kind.changes(input.terms.map(toWeightedTerm), request);
  if (!changes.ok) return changes;
  const text = withWeights(document, input.terms, changes.value);
  if (!text.ok) return text;

  const label = kind.label(request);
  const variant: Variant = { id: variantId(request), label, changes: [...changes.value] };
  return atOnce(matchArms({ ...input, title: label, arms: [{ variant, text: text.value }] }));
}

/** Why a config cannot be varied at all; undefined where it can. */
export function syntaxError(document: ConfigDocument, configName: string): string | undefined {
  const broken = document.problems.find(({ severity }) => severity === 'error');
  return broken && `${configName} cannot be read: ${broken.message}`;
}

/** What is compared with the config as it is. */
export interface PlannedArms extends Pick<AblationPlanInput, 'document' | 'seeds' | 'configName'> {
  /** Of the experiment, without the config and the seeds. */
  readonly title: string;
  readonly arms: readonly { readonly variant: Variant; readonly text: string }[];
  readonly notes?: readonly string[];
}

/** Sets the baseline beside its variants: the same seeds for each. */
export function* matchArms(planned: PlannedArms): InTurns<Result<AblationPlan>> {
  const { document, configName, title, arms } = planned;
  const seeds = [...new Set(planned.seeds)];
  if (seeds.length === 0) return fail('An ablation needs at least one seed.');
  const runs = seeds.length * (arms.length + 1);
  if (runs > mostRuns) return fail(tooManyRuns(runs));
  const baseline: Variant = { id: baselineId, label: 'baseline', changes: [] };
  const variants = [baseline, ...arms.map(({ variant }) => variant)];
  const diffs = new Map([[baselineId, '']]);
  for (const { variant, text } of arms) {
    diffs.set(variant.id, unifiedDiff(configName, document.text, text, variant.label));
    yield;
  }
  const seedCount = seeds.length === 1 ? '1 seed' : `${seeds.length} seeds`;
  return succeed({
    title: `${title} · ${configName}, ${seedCount}`,
    variants,
    texts: new Map([
      [baselineId, document.text],
      ...arms.map(({ variant, text }) => [variant.id, text] as const),
    ]),
    diffs,
    runs: seeds.flatMap((seed) => variants.map(({ id }) => ({ variant: id, seed }))),
    notes: fewNotes(planned.notes ?? []),
  });
}

function tooManyRuns(runs: number): string {
  const [asked, most] = [runs, mostRuns].map((count) => count.toLocaleString('en'));
  return `These are ${asked} runs; an experiment has at most ${most}. Ask for fewer variants or seeds.`;
}

/** The first of many: what is left out for the same reason need not be read a hundred times. */
function fewNotes(notes: readonly string[]): readonly string[] {
  const rest = notes.length - shownNotes;
  return rest <= 1
    ? notes
    : [
        ...notes.slice(0, shownNotes),
        `${rest.toLocaleString('en')} more variants are left out likewise.`,
      ];
}

/** A term of a config as kinds know it. */
export function toWeightedTerm({ name, weight }: LossTerm): WeightedTerm {
  return { name, weight: weight ?? Number.NaN };
}

/** Safe as part of a folder name and of a run id. */
function variantId({ kind, term, value }: WeightAblationRequest): string {
  const words = [kind, term, ...(value === undefined ? [] : [String(value)])];
  const name = words.join('-');
  return variantIds([name])[0] ?? name;
}

function unifiedDiff(name: string, before: string, after: string, label: string): string {
  return createTwoFilesPatch(name, name, before, after, baselineId, label, {
    context: diffContext,
    headerOptions: FILE_HEADERS_ONLY,
  });
}

/** The text of a config with other weights, or why it would not say just that. */
export function withWeights(
  document: ConfigDocument,
  terms: readonly LossTerm[],
  changes: readonly WeightChange[],
): Result<string> {
  const edits: TextChange[] = [];
  const expected = new Map<number, number>();
  for (const { term, to } of changes) {
    const place = findWeight(document, terms, term);
    if (!place.ok) return place;
    edits.push(replaceNumber(document, place.value.node, to));
    expected.set(place.value.index, to);
  }
  const text = applyChanges(document.text, edits);
  const problem = sideEffect(document, text, expected);
  return problem === undefined ? succeed(text) : fail(problem);
}

/** Why a term's weight cannot be varied in the file where it was found; undefined where it can. */
export function whyFixed({ name, kind, weight }: LossTerm): string | undefined {
  if (kind === 'hard-coded') {
    return `The weight of ${name} is a number in the code. Lift it into an option first; the lens on its line offers that.`;
  }
  if (kind === 'use') {
    return `The weight of ${name} is only used here; open the file that sets it.`;
  }
  return weight === undefined ? notANumber(name) : undefined;
}

/** The scalar that sets a term's weight, with its place in the order of all scalars. */
function findWeight(
  document: ConfigDocument,
  terms: readonly LossTerm[],
  name: string,
): Result<{ node: ScalarNode; index: number }> {
  const term = terms.find((candidate) => candidate.name === name);
  const fixed = term && whyFixed(term);
  if (fixed !== undefined) return fail(fixed);
  const index = scalarsOf(document).findIndex(
    ({ range }) => range.start === term?.valueRange.start && range.end === term.valueRange.end,
  );
  const node = scalarsOf(document)[index];
  return node ? succeed({ node, index }) : fail(`The weight of ${name} was not found in the text.`);
}

function scalarsOf(document: ConfigDocument): readonly ScalarNode[] {
  return [...walkScalars(document.root)].map(({ node }) => node);
}

/**
 * Reads the changed config again: exactly the weights that were meant must differ. An anchor, for
 * one, hands its number on to other keys, and the experiment would change more than it says.
 */
function sideEffect(
  document: ConfigDocument,
  text: string,
  expected: ReadonlyMap<number, number>,
): string | undefined {
  const language = configLanguages.find(({ name }) => name === document.language);
  if (!language) return undefined;
  const before = [...walkScalars(document.root)];
  const after = [...walkScalars(language.parse(text).root)];
  if (before.length !== after.length) return 'The config cannot be read any more after the change.';
  for (const [index, { path, node }] of before.entries()) {
    const value = after[index]?.node.value;
    const wanted = expected.get(index);
    if (wanted !== undefined && Number(value) !== wanted) {
      return `${path.join('.')} cannot be set to ${wanted} in the text of this config.`;
    }
    if (wanted === undefined && !Object.is(value, node.value)) {
      return `The change would also change ${path.join('.')}, so it would test more than one thing. Is it tied to the weight by an anchor?`;
    }
  }
  return undefined;
}
