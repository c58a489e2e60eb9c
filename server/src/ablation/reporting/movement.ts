import type { ReportRow } from '../../model/ablation.ts';
import { mostPairsMore } from '../../numerics/pairsNeeded.ts';
import { significance } from './comparison.ts';
import {
  countOf,
  formatNumber,
  formatPair,
  formatSigned,
  formatSpread,
  unitOf,
} from './wording.ts';

/** How one metric moves from the baseline to a variant, over the seeds that both finished. */
export interface Movement {
  readonly metric: string;
  readonly from: number;
  readonly to: number;
  readonly difference: number;
  /** Half the width of the 95 % interval; undefined with one seed. */
  readonly reach: number | undefined;
  /** True where the interval leaves 0 out, and Holm's correction over the variants leaves it so. */
  readonly decided: boolean;
  /** Where it is not decided: about so many more seeds would decide it. */
  readonly moreSeeds?: number | 'many';
  readonly effect: 'better' | 'worse' | 'unknown';
  readonly seeds: number;
  /** How many seeds moved the same way as the mean. */
  readonly agreeing: number;
}

/** Undefined where no seed has a finite number in both arms. */
export function movementOf(
  row: ReportRow,
  baselineId: string,
  variantId: string,
): Movement | undefined {
  const baseline = row.cells.find(({ variant }) => variant === baselineId);
  const cell = row.cells.find(({ variant }) => variant === variantId);
  if (!baseline || cell?.difference === undefined) return undefined;
  const pairs = cell.values
    .map((to, at) => ({ from: baseline.values[at] ?? Number.NaN, to }))
    .filter(({ from, to }) => Number.isFinite(to - from));
  const { difference, interval, adjusted = 0, moreSeeds } = cell;
  const sum = (pick: (pair: { from: number; to: number }) => number): number =>
    pairs.reduce((total, pair) => total + pick(pair), 0);
  return {
    metric: row.metric,
    from: sum(({ from }) => from) / pairs.length,
    to: sum(({ to }) => to) / pairs.length,
    difference,
    reach: interval && (interval[1] - interval[0]) / 2,
    decided:
      interval !== undefined && (interval[0] > 0 || interval[1] < 0) && adjusted <= significance,
    ...(moreSeeds === undefined ? {} : { moreSeeds }),
    effect: effectOf(row.better, difference),
    seeds: pairs.length,
    agreeing: pairs.filter(({ from, to }) => Math.sign(to - from) === Math.sign(difference)).length,
  };
}

function effectOf(better: ReportRow['better'], difference: number): Movement['effect'] {
  if (better === 'unknown' || difference === 0) return 'unknown';
  return difference > 0 === (better === 'higher') ? 'better' : 'worse';
}

/** `psnr falls 18.2 → 15.9 (−2.3 ± 0.4 dB, 3 of 3 seeds)`. */
export function describeMovement(movement: Movement): string {
  const { metric, difference } = movement;
  if (difference === 0) return `${metric} stays at ${formatNumber(movement.from)}`;
  const [from, to] = formatPair(movement.from, movement.to);
  return `${metric} ${difference > 0 ? 'rises' : 'falls'} ${from} → ${to} (${amount(movement)}${agreement(movement)})`;
}

/** `psnr (−0.02 ± 0.09 dB; about 12 more seeds would be needed)`. */
export function describeUndecided(movement: Movement): string {
  const { metric, moreSeeds } = movement;
  const needed = moreSeeds === undefined ? '' : `; ${seedsNeeded(moreSeeds)} would be needed`;
  return `${metric} (${amount(movement)}${needed})`;
}

/** `about 12 more seeds`. */
export function seedsNeeded(moreSeeds: number | 'many'): string {
  return moreSeeds === 'many'
    ? `more than ${mostPairsMore} more seeds`
    : `about ${countOf(moreSeeds, 'more seed')}`;
}

/** What the number of seeds that would be needed rests on, where one was told of these. */
export function explainSeeds(told: readonly Movement[]): readonly string[] {
  return told.some(({ moreSeeds }) => moreSeeds !== undefined)
    ? [
        'The seeds that would be needed are for a power of 80 %, were the true difference the one seen: with few seeds that is a rough guess.',
      ]
    : [];
}

function amount({ metric, difference, reach }: Movement): string {
  return `${reach === undefined ? formatSigned(difference) : formatSpread(difference, reach)}${unitOf(metric)}`;
}

function agreement({ seeds, agreeing }: Movement): string {
  return seeds > 1 ? `, ${agreeing} of ${seeds} seeds` : '';
}
