import { mean, standardDeviation } from './moments.ts';
import { studentCumulative, studentQuantile } from './studentT.ts';

/** A mean of paired differences with the ends of its 95 % confidence interval. */
export interface PairedInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 %: the quantile that leaves 2.5 % above it. */
const upperProbability = 0.975;

/**
 * The paired t interval (Student 1908): d̄ ± t(0.975, n − 1) · s / √n over the differences between
 * two arms that share seed and data. Undefined for fewer than two differences, or where one of
 * them is not finite: no interval can be stated then.
 */
export function pairedInterval(differences: readonly number[]): PairedInterval | undefined {
  const count = differences.length;
  if (count < 2 || !differences.every(Number.isFinite)) return undefined;
  const centre = mean(differences);
  const reach =
    (studentQuantile(upperProbability, count - 1) * standardDeviation(differences)) /
    Math.sqrt(count);
  return { mean: centre, low: centre - reach, high: centre + reach };
}

/**
 * Two-sided p of the paired t test that the mean difference is 0: 2 · P(T ≤ −|t|) with n − 1 degrees
 * of freedom. Undefined where `pairedInterval` is; at most 0.05 where that interval leaves 0 out.
 */
export function pairedProbability(differences: readonly number[]): number | undefined {
  const count = differences.length;
  if (count < 2 || !differences.every(Number.isFinite)) return undefined;
  const centre = mean(differences);
  const error = standardDeviation(differences) / Math.sqrt(count);
  if (error === 0) return centre === 0 ? 1 : 0;
  return 2 * studentCumulative(-Math.abs(centre / error), count - 1);
}
