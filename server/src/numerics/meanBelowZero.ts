import { effectiveSampleSize } from './effectiveSampleSize.ts';
import { mean, variance } from './moments.ts';
import { studentCumulative } from './studentT.ts';

/** A one-sided t-test of a mean. */
export interface MeanTest {
  readonly mean: number;
  /** The mean over its standard error. */
  readonly t: number;
  /** Probability of a t as low as this if the true mean were 0. */
  readonly probability: number;
  readonly effectiveCount: number;
}

/**
 * Tests whether the mean of a correlated series lies below 0: Student's t with the effective
 * sample size in place of n, both in the standard error and in the degrees of freedom. Undefined
 * for fewer than three values.
 */
export function testMeanBelowZero(values: ArrayLike<number>): MeanTest | undefined {
  if (values.length < 3) return undefined;
  const centre = mean(values);
  const effectiveCount = effectiveSampleSize(values);
  const error = Math.sqrt(variance(values) / effectiveCount);
  // Equal values: no noise at all, so that the sign alone decides.
  const t = error === 0 ? Math.sign(centre) * Number.POSITIVE_INFINITY : centre / error;
  if (Number.isNaN(t)) return { mean: centre, t: 0, probability: 0.5, effectiveCount };
  const probability = studentCumulative(t, Math.max(1, effectiveCount - 1));
  return { mean: centre, t, probability, effectiveCount };
}
