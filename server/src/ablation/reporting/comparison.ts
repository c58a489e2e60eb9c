import type { AblationRecord, ReportRow } from '../../model/ablation.ts';
import { adjustByHolm } from '../../numerics/holm.ts';
import { mean } from '../../numerics/moments.ts';
import { pairedInterval, pairedProbability } from '../../numerics/pairedInterval.ts';
import { baselineId } from '../variantIds.ts';
import { type ArmResult, type ArmSeries, finishedArm, seedsOf } from './arms.ts';
import type { ChosenMetric } from './metricChoice.ts';

/** The share of a run, from its end, over which a metric is averaged. */
const lastPart = 0.1;

type Cell = ReportRow['cells'][number];

/**
 * Where a metric stands at the end of a run: the mean over the last tenth of its points, one at
 * least. NaN where one of them is not finite; undefined where the run has none.
 */
export function finalValue(series: ArmSeries | undefined): number | undefined {
  const length = series?.values.length ?? 0;
  if (!series || length === 0) return undefined;
  const count = Math.max(1, Math.ceil(length * lastPart));
  let sum = 0;
  for (let at = length - count; at < length; at += 1) {
    sum += series.values.at(at) ?? series.roughValue?.(at) ?? Number.NaN;
  }
  return Number.isFinite(sum) ? sum / count : Number.NaN;
}

/**
 * One metric of all variants, each tested against the baseline and corrected by Holm for how many
 * they are. A seed without a finished run, or whose run lacks the metric, is NaN
 * among the values and left out of the means.
 */
export function compareMetric(
  record: AblationRecord,
  results: readonly ArmResult[],
  { metric, better }: ChosenMetric,
): ReportRow {
  const seeds = seedsOf(record);
  const valuesOf = (variant: string): readonly (number | undefined)[] =>
    seeds.map((seed) => finalValue(finishedArm(results, variant, seed)?.series.get(metric)));
  const baseline = valuesOf(baselineId);
  const cells = record.variants.map(({ id }): Cell => {
    if (id === baselineId) return toCell(id, baseline);
    const values = valuesOf(id);
    return { ...toCell(id, values), ...compare(baseline, values) };
  });
  return { metric, better, cells: correct(cells) };
}

function toCell(variant: string, values: readonly (number | undefined)[]): Cell {
  const known = values.filter((value) => value !== undefined);
  return {
    variant,
    mean: mean(known),
    values: values.map((value) => value ?? Number.NaN),
  };
}

/** Mean of the paired differences and its interval, over the seeds where both are finite. */
function compare(
  baseline: readonly (number | undefined)[],
  values: readonly (number | undefined)[],
): Pick<Cell, 'difference' | 'interval' | 'adjusted'> {
  const differences = values
    .map((value, at) => (value ?? Number.NaN) - (baseline[at] ?? Number.NaN))
    .filter(Number.isFinite);
  if (differences.length === 0) return {};
  const interval = pairedInterval(differences);
  const difference = mean(differences);
  const probability = pairedProbability(differences);
  if (!interval || probability === undefined) return { difference };
  return { difference, interval: [interval.low, interval.high], adjusted: probability };
}

/** Holm's correction over the cells that have a p. */
function correct(cells: readonly Cell[]): Cell[] {
  const tested = cells.filter(({ adjusted }) => adjusted !== undefined);
  const corrected = adjustByHolm(tested.map(({ adjusted }) => adjusted ?? 1));
  return cells.map((cell) => {
    const at = tested.indexOf(cell);
    return at < 0 ? cell : { ...cell, adjusted: corrected[at] ?? 1 };
  });
}
