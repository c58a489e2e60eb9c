import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { pairedInterval, pairedProbability } from '../../../server/src/numerics/pairedInterval.ts';

describe('the interval of paired differences', () => {
  test('agrees with the worked example of Student 1908 (sleep data)', () => {
    // Cushny and Peebles; R: t.test(extra ~ group, data = sleep, paired = TRUE) gives
    // mean 1.58, 95 % interval 0.7001142 to 2.4598858.
    const differences = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];
    const interval = pairedInterval(differences);
    expect(interval?.mean).toBeCloseTo(1.58, 10);
    expect(interval?.low).toBeCloseTo(0.7001142, 6);
    expect(interval?.high).toBeCloseTo(2.4598858, 6);
  });

  test('is a point where all differences are equal', () => {
    expect(pairedInterval([0.5, 0.5])).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
  });

  test.each([
    { title: 'no differences', differences: [] },
    { title: 'a single difference', differences: [1] },
    { title: 'a difference that is NaN', differences: [1, Number.NaN] },
    { title: 'a difference that is infinite', differences: [1, Number.POSITIVE_INFINITY] },
  ])('is not stated for $title', ({ differences }) => {
    expect(pairedInterval(differences)).toBeUndefined();
  });

  test('moves with a shift and turns with the sign', () => {
    const differences = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(differences, (values) => {
        const interval = pairedInterval(values);
        const turned = pairedInterval(values.map((value) => -value));
        expect(interval && turned).toBeDefined();
        expect(turned?.low).toBeCloseTo(-(interval?.high ?? Number.NaN), 6);
        expect(turned?.high).toBeCloseTo(-(interval?.low ?? Number.NaN), 6);
      }),
    );
  });
});

describe('the p of paired differences', () => {
  test('is that of the t test: with two degrees of freedom 1 − t/√(2 + t²)', () => {
    // Mean 2, standard deviation 1: t = 2√3.
    const t = 2 * Math.sqrt(3);
    expect(pairedProbability([1, 2, 3])).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 10);
    expect(pairedProbability([-1, -2, -3])).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 10);
  });

  test('differences that are all alike are certain, and none at all is none', () => {
    expect(pairedProbability([0.5, 0.5])).toBe(0);
    expect(pairedProbability([0, 0, 0])).toBe(1);
    expect(pairedProbability([1])).toBeUndefined();
    expect(pairedProbability([1, Number.NaN])).toBeUndefined();
  });

  test('is below 0.05 exactly where the interval leaves 0 out', () => {
    const values = fc.array(fc.double({ min: -3, max: 5, noNaN: true }), {
      minLength: 2,
      maxLength: 9,
    });
    fc.assert(
      fc.property(values, (differences) => {
        const probability = pairedProbability(differences) ?? 1;
        const { low = 0, high = 0 } = pairedInterval(differences) ?? {};
        // At the border itself the two may round to different sides.
        fc.pre(Math.abs(probability - 0.05) > 1e-6);
        expect(probability < 0.05).toBe(low > 0 || high < 0);
      }),
    );
  });
});
