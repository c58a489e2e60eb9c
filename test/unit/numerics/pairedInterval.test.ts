import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { pairedInterval } from '../../../server/src/numerics/pairedInterval.ts';

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
