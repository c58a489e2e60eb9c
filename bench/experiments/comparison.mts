import { createRandom } from '../../server/src/base/random.ts';
import { adjustByHolm } from '../../server/src/numerics/holm.ts';
import { mean, standardDeviation } from '../../server/src/numerics/moments.ts';
import { pairedInterval } from '../../server/src/numerics/pairedInterval.ts';
import { studentCumulative } from '../../server/src/numerics/studentT.ts';
import { quantile } from '../engine/statistics.mts';

/** The values of one metric, one for each seed, in the order of the seeds. */
export interface Arm {
  readonly label: string;
  readonly values: readonly number[];
}

/** An arm against the baseline. Differences are arm − baseline of the same seed. */
export interface Comparison {
  readonly label: string;
  readonly mean: number;
  readonly difference: number;
  readonly deviation: number;
  /** Ends of the paired 95 % t interval. */
  readonly interval: readonly [number, number];
  /** Ends of the 95 % percentile bootstrap interval of the mean difference. */
  readonly bootstrap: readonly [number, number];
  readonly t: number;
  /** Two-sided, by Holm over the arms. */
  readonly p: number;
  /** Seeds in which the arm's value is the higher one. */
  readonly higher: number;
  readonly n: number;
}

const resamples = 10_000;

/** Every arm against the baseline, paired by seed. */
export function compareArms(baseline: Arm, arms: readonly Arm[]): readonly Comparison[] {
  const compared = arms.map((arm) => comparePair(baseline, arm));
  const adjusted = adjustByHolm(compared.map(({ p }) => p));
  return compared.map((comparison, index) => ({ ...comparison, p: adjusted[index] ?? 1 }));
}

/**
 * What the interval says of "the arm is higher": `confirmed` or `refuted` where it leaves out 0 and the
 * corrected p is at most 0.05, else `not decided`.
 */
export function verdictHigher({ difference, interval: [low, high], p }: Comparison): string {
  if (p > 0.05 || (low <= 0 && high >= 0)) return 'not decided';
  return difference > 0 ? 'higher' : 'lower';
}

function comparePair(baseline: Arm, { label, values }: Arm): Comparison {
  const differences = values.map((value, index) => value - (baseline.values[index] ?? Number.NaN));
  const n = differences.length;
  const interval = pairedInterval(differences);
  const centre = mean(differences);
  const deviation = standardDeviation(differences);
  const t = centre / (deviation / Math.sqrt(n));
  return {
    ...{ label, n, difference: centre, deviation, t },
    mean: mean(values),
    interval: interval ? [interval.low, interval.high] : [Number.NaN, Number.NaN],
    bootstrap: bootstrapMean(differences),
    p: Number.isFinite(t) ? 2 * (1 - studentCumulative(Math.abs(t), n - 1)) : 1,
    higher: differences.filter((difference) => difference > 0).length,
  };
}

function bootstrapMean(values: readonly number[]): readonly [number, number] {
  const random = createRandom(1, 'bootstrap');
  const means = Array.from({ length: resamples }, () =>
    mean(values.map(() => values[Math.floor(random.uniform() * values.length)] ?? Number.NaN)),
  );
  return [quantile(means, 0.025), quantile(means, 0.975)];
}
