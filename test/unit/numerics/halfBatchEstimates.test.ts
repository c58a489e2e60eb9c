import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../server/src/base/random.ts';
import { Gramian } from '../../../server/src/numerics/gramian.ts';
import {
  type HalfBatchEstimates,
  halfBatchEstimates,
} from '../../../server/src/numerics/halfBatchEstimates.ts';

type Rows = readonly (readonly number[])[];

function dot(first: readonly number[], second: readonly number[]): number {
  return first.reduce((sum, value, index) => sum + value * (second[index] ?? 0), 0);
}

function estimate(first: Rows, second: Rows): HalfBatchEstimates {
  const rows = [...first, ...second];
  const products = rows.flatMap((row) => rows.map((other) => dot(row, other)));
  return halfBatchEstimates(Gramian.fromEntries(rows.length, products));
}

describe('estimates from the halves of a batch', () => {
  it('are what halves that agree say of themselves', () => {
    const rows = [
      [3, 0, 4],
      [0, 2, 0],
      [-3, 0, -4],
    ];
    const { squaredNorms, normTests, cosine } = estimate(rows, rows);
    expect(squaredNorms).toEqual([25, 4, 25]);
    expect(normTests).toEqual([0, 0, 0]);
    expect(cosine(0, 1)).toBe(0);
    expect(cosine(0, 2)).toBe(-1);
  });

  it('follow the formulas', () => {
    const { squaredNorms, normTests, cosine } = estimate(
      [
        [1, 2],
        [2, 0],
      ],
      [
        [3, -1],
        [1, 1],
      ],
    );
    expect(squaredNorms).toEqual([1, 2]);
    // ‖(−2, 3)‖ / ‖(4, 1)‖ and ‖(1, −1)‖ / ‖(3, 1)‖.
    expect(normTests[0]).toBeCloseTo(Math.sqrt(13 / 17), 12);
    expect(normTests[1]).toBeCloseTo(Math.sqrt(2 / 10), 12);
    // ((1·1 + 2·1) + (2·3 + 0·−1)) / 2 over √(1 · 2), which no cosine can be.
    expect(cosine(0, 1)).toBe(1);
  });

  it('leave out what noise alone makes of them', () => {
    const { squaredNorms, normTests, cosine } = estimate(
      [
        [1, 0],
        [1, 1],
      ],
      [
        [-1, 0],
        [1, 1],
      ],
    );
    expect(squaredNorms[0]).toBe(-1);
    expect(normTests[0]).toBeUndefined();
    expect(cosine(0, 1)).toBeUndefined();
  });

  /**
   * Lₖ = mean ½‖θ − cₖ − x‖² over samples x ~ N(0, σ²I): gₖ = θ − cₖ, and the noise of all losses is the
   * same, so that the cosine of one batch is drawn towards 1 however much the losses conflict.
   */
  it('have the means that were derived, on a quadratic of known variance', () => {
    const random = createRandom(11, 'quadratic');
    const [dimensions, half, deviation, trials] = [6, 8, 2, 4000];
    const gradients = [
      [1, 0, 0, 0, 0, 0],
      [-0.5, 0.5, 0, 0, 0, 0],
    ];
    const mean = { first: 0, pair: 0, ownPair: 0, variance: 0 };
    for (let trial = 0; trial < trials; trial += 1) {
      const halves = [0, 1].map(() => {
        const noise = Array.from({ length: dimensions }, () => {
          let sum = 0;
          for (let sample = 0; sample < half; sample += 1) sum += deviation * random.normal();
          return sum / half;
        });
        return gradients.map((row) => row.map((value, index) => value - (noise[index] ?? 0)));
      });
      const [one = [], other = []] = halves;
      const { squaredNorms, normTests } = estimate(one, other);
      const sum = (one[0] ?? []).map((value, index) => value + (other[0]?.[index] ?? 0));
      const theta = normTests[0] ?? Number.NaN;
      mean.first += (squaredNorms[0] ?? Number.NaN) / trials;
      mean.pair += dot(one[0] ?? [], other[1] ?? []) / trials;
      mean.ownPair += dot(one[0] ?? [], one[1] ?? []) / trials;
      mean.variance += (theta * theta * dot(sum, sum)) / 4 / trials;
    }
    const trace = dimensions * deviation ** 2;
    expect(mean.first).toBeCloseTo(1, 1);
    expect(mean.pair).toBeCloseTo(-0.5, 1);
    // Within one half the shared noise turns the conflict into its opposite.
    expect(mean.ownPair).toBeCloseTo(-0.5 + trace / half, 1);
    // θ²‖ḡ‖² is the variance of the mean over the whole batch.
    expect(mean.variance).toBeCloseTo(trace / (2 * half), 1);
  });
});
