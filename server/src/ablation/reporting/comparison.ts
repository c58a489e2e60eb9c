import { type InTurns, mapInTurns } from '../../base/turns.ts';
import type { Judgement, ReportMeasure, ReportRow } from '../../model/ablation.ts';
import { adjustByHolm } from '../../numerics/holm.ts';
import { mean } from '../../numerics/moments.ts';
import { pairedInterval, pairedProbability } from '../../numerics/pairedInterval.ts';
import { baselineId } from '../variantIds.ts';
import type { ArmSeries, Arms } from './arms.ts';
import type { ChosenMetric } from './metricChoice.ts';
import { meansOverCurve, valuesThatCount } from './overCurve.ts';

/** The share of a run, from its end, over which a metric is averaged. */
const lastPart = 0.1;

/** The level at which a p that was corrected for the number of variants decides. */
export const significance = 0.05;

/** One number a seed, undefined where there is none. */
type Values = readonly (number | undefined)[];

/**
 * Where a metric stands at the end of a run: the mean over the last tenth of its points, one at
 * least, without those that a later session took the place of. NaN where one of them is not finite; undefined where the run has none.
 */
export function finalValue(series: ArmSeries | undefined): number | undefined {
  if (!series || series.values.length === 0) return undefined;
  const wasTakenUp = (series.sessions?.length ?? 1) > 1;
  return meanOfEnd(wasTakenUp ? { values: valuesThatCount(series) } : series);
}

function meanOfEnd(series: Pick<ArmSeries, 'values' | 'roughValue'>): number {
  const { length } = series.values;
  const count = Math.max(1, Math.ceil(length * lastPart));
  let sum = 0;
  for (let at = length - count; at < length; at += 1) {
    sum += series.values.at(at) ?? series.roughValue?.(at) ?? Number.NaN;
  }
  return Number.isFinite(sum) ? sum / count : Number.NaN;
}

/**
 * One metric of all variants, at the end and over the curve, each tested against the baseline and
 * corrected by Holm for how many they are. A seed without a finished run, or whose run lacks the
 * metric, is NaN among the values and left out of the means; without any there are no values. A turn is one run.
 */
export function* compareMetric(
  arms: Arms,
  { metric, better, reason }: ChosenMetric,
): InTurns<ReportRow> {
  const { record, seeds } = arms;
  const series = record.variants.flatMap(({ id }) =>
    seeds.map((seed) => arms.finished(id, seed)?.series.get(metric)),
  );
  const compare = (numbers: Values): readonly Compared[] => {
    const ofVariant = (at: number): Values =>
      numbers.slice(at * seeds.length, (at + 1) * seeds.length);
    const baseline = ofVariant(record.variants.findIndex(({ id }) => id === baselineId));
    return record.variants.map(({ id }, at) => ({
      values: ofVariant(at),
      ...(id === baselineId ? {} : { baseline }),
    }));
  };
  const atEnd = yield* measureAll(compare(yield* mapInTurns(series, finalValue)), better);
  const overCurve = yield* measureAll(compare(yield* meansOverCurve(series)), better);
  const cells = record.variants.flatMap(({ id }, at) => {
    const [end, curve] = [atEnd[at], overCurve[at]];
    if (!end) return [];
    return [{ variant: id, ...end, ...(curve && hasNumbers(curve) ? { curve } : {}) }];
  });
  return { metric, better, reason, cells };
}

function hasNumbers({ values }: ReportMeasure): boolean {
  return values.some(Number.isFinite);
}

/** Paired differences of a variant to the baseline, over the seeds where both are finite. */
export function differencesOf(values: Values, baseline: Values): readonly number[] {
  return values
    .map((value, at) => (value ?? Number.NaN) - (baseline[at] ?? Number.NaN))
    .filter(Number.isFinite);
}

/** The numbers of a variant with those that they are compared with; the baseline has none. */
interface Compared {
  readonly values: Values;
  readonly baseline?: Values;
}

function* measureAll(
  all: readonly Compared[],
  better: ReportRow['better'],
): InTurns<readonly ReportMeasure[]> {
  const tests = yield* mapInTurns(all, test);
  const found = tests.flatMap(({ probability }) => probability ?? []);
  const corrected = adjustByHolm(found);
  let next = 0;
  return all.map(({ values, baseline }, at) => {
    const { probability, ...tested } = tests[at] ?? {};
    const adjusted = probability === undefined ? {} : { adjusted: corrected[next++] ?? 1 };
    const known = values.filter((value) => value !== undefined);
    const measure = {
      mean: mean(known),
      values: known.length === 0 ? [] : values.map((value) => value ?? Number.NaN),
      ...tested,
      ...adjusted,
    };
    const judgement = baseline === undefined ? 'baseline' : judge(measure, better);
    return { ...measure, judgement };
  });
}

function test({
  values,
  baseline,
}: Compared): Pick<ReportMeasure, 'difference' | 'interval'> & { readonly probability?: number } {
  const differences = baseline ? differencesOf(values, baseline) : [];
  if (differences.length === 0) return {};
  const difference = mean(differences);
  const interval = pairedInterval(differences);
  const probability = pairedProbability(differences);
  if (!interval || probability === undefined) return { difference };
  return { difference, interval: [interval.low, interval.high], probability };
}

/**
 * Better or worse by the sign of the difference, where the metric has a better way; `unclear` where
 * the 95 % interval of the difference holds zero, where the number of variants explains it, or where
 * there is no interval: one run an arm cannot be told from chance. `same` only where no pair differs,
 * and not where pairs that do have a mean of zero.
 */
function judge(
  { difference, interval, adjusted = 0 }: Omit<ReportMeasure, 'judgement'>,
  better: ReportRow['better'],
): Judgement {
  if (difference === undefined || Number.isNaN(difference)) return 'unknown';
  const [low, high] = interval ?? [difference, difference];
  if (low === 0 && high === 0) return 'same';
  if (!interval || (low <= 0 && high >= 0) || adjusted > significance) return 'unclear';
  if (better === 'unknown') return 'different';
  return difference < 0 === (better === 'lower') ? 'better' : 'worse';
}
