import { describe, expect, test } from 'vitest';

import { studentCumulative, studentQuantile } from '../../../server/src/numerics/studentT.ts';

describe("Student's t distribution", () => {
  // scipy.stats.t.ppf(0.975, df)
  test.each([
    [1, 12.706204736],
    [2, 4.30265273],
    [4, 2.776445105],
    [9, 2.262157163],
    [30, 2.042272456],
    [7.5, 2.33303963],
  ])('has its upper 2.5 percent point for %d degrees of freedom at %d', (freedom, quantile) => {
    expect(studentQuantile(0.975, freedom)).toBeCloseTo(quantile, 4);
  });

  // scipy.stats.t.cdf(t, df)
  test.each([
    [-2, 10, 0.036694017],
    [-3, 49, 0.002121],
    [0, 3, 0.5],
    [1, 1, 0.75],
    [Number.NEGATIVE_INFINITY, 5, 0],
    [Number.POSITIVE_INFINITY, 5, 1],
  ])('leaves below %d with %d degrees of freedom the share %d', (t, freedom, share) => {
    expect(studentCumulative(t, freedom)).toBeCloseTo(share, 5);
  });
});
