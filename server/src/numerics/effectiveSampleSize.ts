import { lagOneAutocorrelation } from './autocorrelation.ts';

/** An estimate above this would leave no sample at all; a window cannot tell it from a trend. */
const highestCorrelation = 0.95;

/**
 * The number of independent values that are worth as much as `values` for their mean:
 * n (1 − ρ) / (1 + ρ) under an AR(1) process (Bartlett 1935; Bayley and Hammersley 1946).
 *
 * ρ is the lag-1 autocorrelation, corrected for its bias in short series, −(1 + 3ρ) / n (Kendall
 * 1954; Marriott and Pope 1954), and taken as 0 where it is negative: the conservative side. At
 * least 2, at most n.
 */
export function effectiveSampleSize(values: ArrayLike<number>): number {
  const count = values.length;
  if (count < 3) return count;
  const estimate = lagOneAutocorrelation(values);
  const unbiased = estimate + (1 + 3 * estimate) / count;
  const correlation = Math.min(Math.max(unbiased, 0), highestCorrelation);
  return Math.max(2, (count * (1 - correlation)) / (1 + correlation));
}
