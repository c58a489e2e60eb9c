import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  combinedNorm,
  cosine,
  cosineWithRest,
  Gramian,
  gradientContributions,
  gradientNorm,
  gradientShares,
} from '../../../server/src/numerics/gramian.ts';

/** The Gramian of gradients given as vectors. */
function gramianOf(gradients: readonly (readonly number[])[]): Gramian {
  const products = gradients.flatMap((first) =>
    gradients.map((second) =>
      first.reduce((sum, value, index) => sum + value * (second[index] ?? 0), 0),
    ),
  );
  return Gramian.fromEntries(gradients.length, products);
}

describe('a Gramian', () => {
  const opposed = gramianOf([
    [3, 4],
    [-6, -8],
    [4, -3],
  ]);

  it('tells norms and cosines', () => {
    expect([0, 1, 2].map((index) => gradientNorm(opposed, index))).toEqual([5, 10, 5]);
    expect(cosine(opposed, 0, 1)).toBe(-1);
    expect(cosine(opposed, 0, 2)).toBe(0);
  });

  it('tells the shares of the weighted norms, whatever the sign of a weight', () => {
    expect(gradientShares(opposed, [1, 0.5, -2])).toEqual([0.25, 0.25, 0.5]);
  });

  it('tells signed contributions to the direction of the step', () => {
    // d = (3, 4) + 0.25 (-6, -8) = (1.5, 2): the second term pulls back half of the first.
    expect(gradientContributions(opposed, [1, 0.25, 0])).toEqual([2, -1, 0]);
    expect(combinedNorm(opposed, [1, 0.25, 0])).toBe(2.5);
  });

  it('compares a gradient with the weighted sum of the others, even at weight 0', () => {
    expect(cosineWithRest(opposed, [0, 1, 0], 0)).toBe(-1);
    expect(cosineWithRest(opposed, [1, 0, 0], 0)).toBeUndefined();
  });

  it('has no cosine, share or contribution where gradients vanish', () => {
    const nothing = gramianOf([
      [0, 0],
      [1, 0],
    ]);
    expect(cosine(nothing, 0, 1)).toBeUndefined();
    expect(gradientShares(nothing, [1, 0])).toBeUndefined();
    expect(gradientContributions(nothing, [1, 0])).toBeUndefined();
  });

  it('keeps what is not finite, and leaves it out at weight 0', () => {
    const broken = gramianOf([[Number.NaN], [2]]);
    expect(gradientNorm(broken, 0)).toBeNaN();
    expect(cosine(broken, 0, 1)).toBeNaN();
    expect(combinedNorm(broken, [1, 1])).toBeNaN();
    expect(combinedNorm(broken, [0, 3])).toBe(6);
    expect(gradientShares(broken, [0, 3])).toEqual([0, 1]);
  });

  it('averages entries that rounding has left unequal', () => {
    expect(Gramian.fromEntries(2, [1, 0.25, 0.75, 1]).at(0, 1)).toBe(0.5);
  });

  it('agrees with the vectors themselves', () => {
    const gradients = fc.array(
      fc.array(fc.double({ min: -9, max: 9, noNaN: true }), {
        minLength: 4,
        maxLength: 4,
      }),
      { minLength: 2, maxLength: 4 },
    );
    fc.assert(
      fc.property(gradients, (rows) => {
        const weights = rows.map((_, index) => index - 1);
        const sum = [0, 1, 2, 3].map((column) =>
          rows.reduce((total, row, index) => total + (weights[index] ?? 0) * (row[column] ?? 0), 0),
        );
        const gramian = gramianOf(rows);
        expect(combinedNorm(gramian, weights)).toBeCloseTo(Math.hypot(...sum), 5);
        const contributions = gradientContributions(gramian, weights);
        if (!contributions) return;
        expect(contributions.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 6);
      }),
    );
  });
});
