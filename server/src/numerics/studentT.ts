import jStat from 'jstat';

/** P(T ≤ t) of Student's t distribution with `freedom` > 0 degrees of freedom, whole or not. */
export function studentCumulative(t: number, freedom: number): number {
  if (t === Number.POSITIVE_INFINITY) return 1;
  if (t === Number.NEGATIVE_INFINITY) return 0;
  return jStat.studentt.cdf(t, freedom);
}

/** The t that lies above a share `probability` of Student's t distribution. */
export function studentQuantile(probability: number, freedom: number): number {
  return jStat.studentt.inv(probability, freedom);
}
