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

/** Intervals of Simpson's rule: more change nothing in the first four digits. */
const panels = 400;

/**
 * The power of the two-sided paired t test at a level: how often it decides with so many pairs, where
 * the true mean difference is `effect` standard deviations. 1 − P(|T'| ≤ t(1 − level/2, n − 1)) for the
 * noncentral T' with noncentrality effect · √n, by integration over the distribution of s/σ.
 */
export function pairedPower(effect: number, pairs: number, level: number): number {
  const freedom = pairs - 1;
  const shift = Math.abs(effect) * Math.sqrt(pairs);
  const critical = studentQuantile(1 - level / 2, freedom);
  const beyond = (ratio: number): number =>
    jStat.normal.cdf(shift - critical * ratio, 0, 1) +
    jStat.normal.cdf(-shift - critical * ratio, 0, 1);
  // Of χ/√ν, which s/σ follows; beyond 14 of its standard deviations nothing is left.
  const half = freedom / 2;
  const constant = Math.LN2 + half * Math.log(half) - jStat.gammaln(half);
  const density = (ratio: number): number =>
    Math.exp(constant + (freedom - 1) * Math.log(ratio) - half * ratio * ratio);
  const end = 1 + 10 / Math.sqrt(freedom);
  const width = end / panels;
  let sum = 0;
  for (let at = 1; at < panels; at += 1) {
    sum += (at % 2 === 1 ? 4 : 2) * beyond(at * width) * density(at * width);
  }
  // At 0 the density is 0 but for one degree of freedom, where it is that of a halved normal.
  const atZero = freedom === 1 ? Math.sqrt(2 / Math.PI) : 0;
  return ((sum + atZero * beyond(0)) * width) / 3;
}
