import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createRandom } from '../../../server/src/base/random.ts';
import { lagOneAutocorrelation } from '../../../server/src/numerics/autocorrelation.ts';
import { effectiveSampleSize } from '../../../server/src/numerics/effectiveSampleSize.ts';
import { adjustByHolm } from '../../../server/src/numerics/holm.ts';
import { testMeanBelowZero } from '../../../server/src/numerics/meanBelowZero.ts';
import { median } from '../../../server/src/numerics/median.ts';
import { mean, standardDeviation } from '../../../server/src/numerics/moments.ts';
import { robustSlope } from '../../../server/src/numerics/robustSlope.ts';

/** A first-order autoregressive series of unit variance. */
function autoregressive(correlation: number, count: number): readonly number[] {
  const random = createRandom(3, String(correlation));
  let value = random.normal();
  return Array.from({ length: count }, () => {
    value = correlation * value + Math.sqrt(1 - correlation ** 2) * random.normal();
    return value;
  });
}

describe('the median', () => {
  test.each([
    [[3], 3],
    [[4, 1], 2.5],
    [[9, 1, 2], 2],
    [[1, Number.POSITIVE_INFINITY, 2], 2],
    [[], Number.NaN],
    [[1, Number.NaN], Number.NaN],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('leaves as many values below as above', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

test('mean and standard deviation', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
  expect(mean([])).toBeNaN();
  expect(standardDeviation([1])).toBeNaN();
});

describe('autocorrelation', () => {
  test.each([0, 0.5, 0.9])('finds %d in a long series', (correlation) => {
    expect(lagOneAutocorrelation(autoregressive(correlation, 20_000))).toBeCloseTo(correlation, 1);
  });

  test('is 0 where it is not defined', () => {
    expect(lagOneAutocorrelation([1, 1, 1, 1])).toBe(0);
    expect(lagOneAutocorrelation([1, 2])).toBe(0);
  });
});

describe('the effective sample size', () => {
  test.each([
    [0, 10_000],
    [0.5, 3333],
    [0.8, 1111],
  ])('under an autocorrelation of %d is about %d of 10,000', (correlation, expected) => {
    const size = effectiveSampleSize(autoregressive(correlation, 10_000));
    expect(Math.abs(size / expected - 1)).toBeLessThan(0.15);
  });

  test('lies between 2 and n', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 60 }),
        (values) => {
          const size = effectiveSampleSize(values);
          expect(size).toBeGreaterThanOrEqual(2);
          expect(size).toBeLessThanOrEqual(values.length);
        },
      ),
    );
  });
});

describe('the test of a mean below zero', () => {
  test('is as sure as equal values are', () => {
    expect(testMeanBelowZero([-1, -1, -1])).toMatchObject({ mean: -1, probability: 0 });
    expect(testMeanBelowZero([1, 1, 1])).toMatchObject({ probability: 1 });
    expect(testMeanBelowZero([0, 0, 0])).toMatchObject({ probability: 0.5 });
    expect(testMeanBelowZero([-1, -1])).toBeUndefined();
  });

  test('is less sure of a series that repeats itself', () => {
    const values = [-0.3, 0.1, -0.2, 0.05, -0.25, 0.1, -0.3, 0, -0.2, 0.1];
    const sorted = [...values].sort((a, b) => a - b);
    const free = testMeanBelowZero(values)?.probability ?? 1;
    const drifting = testMeanBelowZero(sorted)?.probability ?? 0;
    expect(drifting).toBeGreaterThan(free);
  });
});

test("Holm's correction agrees with R: p.adjust(c(0.01, 0.04, 0.03, 0.005), 'holm')", () => {
  const adjusted = adjustByHolm([0.01, 0.04, 0.03, 0.005]);
  expect(adjusted.map((value) => Number(value.toFixed(9)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(adjustByHolm([])).toEqual([]);
});

describe('the robust slope', () => {
  test('is not moved by an outlier', () => {
    const x = Array.from({ length: 50 }, (_, index) => index);
    const y = x.map((value) => (value === 25 ? 1e6 : 2 * value + 1));
    expect(robustSlope(x, y)).toBeCloseTo(2, 10);
  });

  test('of a long series is found from a part of its points', () => {
    const x = Array.from({ length: 5000 }, (_, index) => index);
    expect(
      robustSlope(
        x,
        x.map((value) => -0.5 * value),
      ),
    ).toBeCloseTo(-0.5, 10);
  });

  test('does not exist for fewer than two different places', () => {
    expect(robustSlope([1, 1], [2, 3])).toBeNaN();
    expect(robustSlope([], [])).toBeNaN();
  });
});
