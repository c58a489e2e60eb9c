import type { InTurns } from '../../base/turns.ts';
import type { AblationRecord, ReportRow, Variant } from '../../model/ablation.ts';
import { isOfWeights } from '../../model/ablationRequest.ts';
import { baselineId } from '../variantIds.ts';
import type { ArmPair, Arms } from './arms.ts';
import { compareArms } from './identity.ts';
import {
  describeMovement,
  describeUndecided,
  explainSeeds,
  type Movement,
  movementOf,
} from './movement.ts';
import { capitalize, countOf } from './wording.ts';

/** How many metrics one sentence lists. */
export const listed = 3;

type Alike = 'identical' | 'total only';

/** The variants whose runs are all those of the baseline, by their ids: in everything, or in all but the total. */
export type AlikeVariants = ReadonlyMap<string, Alike>;

/** Finds the variants whose runs are those of the baseline. A turn is one pair of runs. */
export function* findAlike(arms: Arms, variants: readonly Variant[]): InTurns<AlikeVariants> {
  const alike = new Map<string, Alike>();
  for (const { id } of variants) {
    const found = yield* likenessOf(arms.pairs(id));
    if (found) alike.set(id, found);
  }
  return alike;
}

/** What an experiment with one variant says: one sentence an entry. */
export function judgeVariant(
  arms: Arms,
  rows: readonly ReportRow[],
  variant: Variant,
  likenesses: AlikeVariants,
): readonly string[] {
  const { record } = arms;
  const pairs = arms.pairs(variant.id);
  if (pairs.length === 0) return ['There is no finished pair of runs to compare.'];
  const alike = judgeLikeness(record, pairs, variant, likenesses);
  if (alike) return [alike];
  const movements = movementsOf(rows, variant);
  if (movements.length === 0) return [nothingToCompare(rows)];
  return movements.every(({ reach }) => reach === undefined)
    ? judgeOneSeed(condition(record, variant), movements)
    : judgeSeveralSeeds(record, variant, movements);
}

/** How the metrics of a variant move, in the order of the rows. */
export function movementsOf(rows: readonly ReportRow[], { id }: Variant): readonly Movement[] {
  return rows.flatMap((row) => movementOf(row, baselineId, id) ?? []);
}

function nothingToCompare(rows: readonly ReportRow[]): string {
  return rows.length === 0
    ? 'The runs share no metric that can be compared. Name some in ablation.metrics of counterweight.yaml.'
    : 'No metric has a finite number at the end of both arms.';
}

/** Says so where what differs between the arms does not reach what is trained. */
export function judgeLikeness(
  { request }: AblationRecord,
  pairs: readonly ArmPair[],
  { id, label }: Variant,
  likenesses: AlikeVariants,
): string | undefined {
  const seeds = countOf(pairs.length, 'seed');
  switch (likenesses.get(id)) {
    case 'identical': {
      const why = !isOfWeights(request)
        ? 'what it changes reaches nothing that is trained or measured'
        : 'the weight is probably not wired to the loss, or the program does not read the config that it is given';
      return `The two runs are identical to the last bit (baseline and ${label}, ${seeds}): ${why}.`;
    }
    case 'total only':
      return `Only the total differs between baseline and ${label} (${seeds}); all else is identical to the last bit: the loss is added to the total but does not reach the parameters. Is it detached?`;
    default:
      return undefined;
  }
}

/** How all pairs are alike; undefined where one of them differs as it should, and for no pairs. */
function* likenessOf(pairs: readonly ArmPair[]): InTurns<Alike | undefined> {
  let all: Alike | undefined;
  for (const pair of pairs) {
    const likeness = compareArms(pair);
    yield;
    if (likeness !== 'identical' && likeness !== 'total only') return undefined;
    if (all !== undefined && likeness !== all) return undefined;
    all = likeness;
  }
  return all;
}

/** `without render`, as the beginning of a sentence's middle. */
function condition({ request }: AblationRecord, { label }: Variant): string {
  switch (request.kind) {
    case 'without':
      return `without ${request.term}`;
    case 'only':
      return `with ${request.term} alone`;
    case 'scale':
      return `with ${request.term} ×${request.value}`;
    case 'set':
      return `with ${request.term} = ${request.value}`;
    case 'sweep':
    case 'search':
      return `with ${label}`;
    default:
      return `with "${label}"`;
  }
}

function judgeOneSeed(when: string, movements: readonly Movement[]): readonly string[] {
  const said = movements.slice(0, listed).map(describeMovement).join('; ');
  return [
    `One seed: ${when}, ${said}.`,
    'One run a variant cannot tell this from chance: give two seeds or more.',
  ];
}

function judgeSeveralSeeds(
  record: AblationRecord,
  variant: Variant,
  movements: readonly Movement[],
): readonly string[] {
  const { request } = record;
  const when = condition(record, variant);
  const decided = movements.filter((movement) => movement.decided);
  const undecided = movements.filter((movement) => !movement.decided).slice(0, listed);
  const open = undecided.map(describeUndecided).join(', ');
  if (decided.length === 0) {
    return [
      `Not decided: ${when}, no metric moves beyond the spread of the seeds.`,
      `Within the spread: ${open}.`,
      ...explainSeeds(undecided),
    ];
  }
  const sentences =
    request.kind === 'without'
      ? judgeTerm(request.term, decided)
      : decided.slice(0, listed).map((movement) => sentence(when, movement));
  const rest = open === '' ? [] : [`Not decided: ${open}.`];
  const many = manyMetrics(decided.length, movements.length);
  return [...sentences, ...rest, ...explainSeeds(undecided), ...many];
}

/** Eight metrics at 95 % each pass by chance more often than one; whoever reads must know. */
function manyMetrics(decided: number, all: number): readonly string[] {
  if (all < 2) return [];
  return [
    `${decided} of ${all} metrics moved beyond their 95 % intervals, each judged by itself: one of several may do so by chance. Name the ones that count in ablation.metrics.`,
  ];
}

/** What a term is good for, first, and then what it costs. */
function judgeTerm(term: string, decided: readonly Movement[]): readonly string[] {
  const judgements = { worse: 'is working', unknown: 'has an effect', better: 'has a price' };
  const effects = ['worse', 'unknown', 'better'] as const;
  return effects.flatMap((effect) => {
    const [first, ...rest] = decided.filter((movement) => movement.effect === effect);
    if (!first) return [];
    return [
      `${term} ${judgements[effect]}: without it ${describeMovement(first)}.`,
      ...rest.slice(0, listed - 1).map((movement) => sentence('without it', movement)),
    ];
  });
}

function sentence(start: string, movement: Movement): string {
  return `${capitalize(start)}, ${describeMovement(movement)}${appraisal(movement)}.`;
}

/** `: that is worse`, where it is known. */
export function appraisal({ effect }: Movement): string {
  return effect === 'unknown' ? '' : `: that is ${effect}`;
}
