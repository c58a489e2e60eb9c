import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { alignedMtl } from '../../../../server/src/numerics/balance/alignedMtl.ts';
import { caGrad } from '../../../../server/src/numerics/balance/caGrad.ts';
import { matrixOf } from '../../../../server/src/numerics/balance/dense.ts';
import { dualProjection } from '../../../../server/src/numerics/balance/dualProjection.ts';
import { fairGrad } from '../../../../server/src/numerics/balance/fairGrad.ts';
import { mgda } from '../../../../server/src/numerics/balance/mgda.ts';
import { commonDescent } from '../../../../server/src/numerics/balance/minimumNorm.ts';
import { nashMtl } from '../../../../server/src/numerics/balance/nashMtl.ts';
import { minimizeNonnegative } from '../../../../server/src/numerics/balance/nonnegativeQuadratic.ts';
import { searchSupports } from '../../../../server/src/numerics/balance/supportSearch.ts';
import { unitRows } from '../../../../server/src/numerics/balance/unitRows.ts';
import { upGrad } from '../../../../server/src/numerics/balance/upGrad.ts';
import { rowCases, seeded } from './randomRows.ts';
import { combine, gramianOf, inner, length, type Rows } from './rows.ts';

/** minₓ f on [0, 1], f convex, by golden section. */
function leastOnUnitInterval(f: (x: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1];
  for (let round = 0; round < 90; round += 1) {
    const first = high - ratio * (high - low);
    const second = low + ratio * (high - low);
    if (f(first) < f(second)) high = second;
    else low = first;
  }
  return (low + high) / 2;
}

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  for (const [index, value] of wanted.entries()) expect(found[index]).toBeCloseTo(value, 12);
}

/** All points of the simplex whose coordinates are multiples of 1/steps. */
function simplexGrid(size: number, steps: number): number[][] {
  if (size === 1) return [[steps]];
  return Array.from({ length: steps + 1 }, (_, first) => first).flatMap((first) =>
    simplexGrid(size - 1, steps - first).map((rest) => [first, ...rest]),
  );
}

function meanOf(rows: Rows): readonly number[] {
  return combine(
    rows.map(() => 1 / rows.length),
    rows,
  );
}

const three: Rows = [
  [1, 0.5, -0.3, 0.2],
  [-0.8, 1.3, 0.4, -0.1],
  [0.2, -0.9, 1.2, 0.5],
];

describe('MGDA', () => {
  it('meets the conditions of the least norm, d·gₖ ≥ |d|², with weights on the simplex', () => {
    fc.assert(
      fc.property(rowCases(), ({ rows }) => {
        const weights = mgda(gramianOf(rows));
        const direction = combine(weights, rows);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        const squared = inner(direction, direction);
        const size = rows.reduce((s, row, k) => s + (weights[k] ?? 0) * length(row), 0);
        for (const row of rows) {
          expect(inner(direction, row)).toBeGreaterThanOrEqual(
            squared - 1e-12 * size * Math.max(size, length(row)),
          );
        }
      }),
      { ...seeded, numRuns: 1500 },
    );
  });

  it('is no longer than any point of a grid over the simplex', () => {
    const best = length(combine(mgda(gramianOf(three)), three));
    for (const point of simplexGrid(3, 60)) {
      const weights = point.map((value) => value / 60);
      expect(length(combine(weights, three))).toBeGreaterThanOrEqual(best - 1e-12);
    }
  });

  it('divides by norms or losses, and applies the weights as the published code or as it should', () => {
    const rows = [
      [2, 0],
      [0, 0.5],
    ];
    const gramian = gramianOf(rows);
    expect(mgda(gramian)[0]).toBeCloseTo(0.0625 / 1.0625, 12);
    expectClose(mgda(gramian, { normalisation: 'l2' }), [0.5, 0.5]);
    expectClose(mgda(gramian, { normalisation: 'l2', applyTo: 'normalised' }), [0.25, 1]);
    const byLoss = mgda(gramian, { normalisation: 'loss', losses: [4, 1] });
    expectClose(byLoss, [0.5, 0.5]);
    const byBoth = mgda(gramian, { normalisation: 'loss+', losses: [1, 2] });
    expect(byBoth[0]).toBeCloseTo(0.2, 12);
    expect(mgda(gramian, { normalisation: 'loss', losses: [-1, 0] })).toEqual(mgda(gramian));
  });
});

describe('CAGrad', () => {
  const cases = [0.1, 0.4, 0.5, 0.9, 1.5] as const;

  it.each(cases)('with c = %d meets its dual on a golden section, for two losses', (c) => {
    const rows = [
      [1, 0.2],
      [-3, 1],
    ];
    const average = meanOf(rows);
    const dual = (x: number): number => {
      const point = combine([x, 1 - x], rows);
      return inner(point, average) + c * length(average) * length(point);
    };
    const best = dual(leastOnUnitInterval(dual));
    const direction = combine(caGrad(gramianOf(rows), { c }), rows);
    expect(Math.min(...rows.map((row) => inner(direction, row)))).toBeCloseTo(best, 10);
  });

  it('has no gap to its dual: min d·gₖ is the dual at w, on the ball, for any gradients', () => {
    fc.assert(
      fc.property(rowCases(['independent', 'rank-deficient']), ({ rows }) => {
        const c = 0.4;
        const average = meanOf(rows);
        const coefficients = caGrad(gramianOf(rows), { c });
        const direction = combine(coefficients, rows);
        const offset = direction.map((value, index) => value - (average[index] ?? 0));
        const radius = c * length(average);
        // Near opposition coefficients of 10⁴ cancel: what the rounding of a Gramian leaves of d.
        const size = rows.reduce((s, row, k) => s + (coefficients[k] ?? 0) * length(row), 0);
        const rounding = (1e-15 * size * size) / radius;
        expect(Math.abs(length(offset) - radius)).toBeLessThanOrEqual(1e-9 * radius + rounding);
        const raised = coefficients.map((value) => value - 1 / rows.length);
        // A coefficient is small against 1/K only to its last digits.
        const raisedSum = raised.reduce((sum, value) => sum + Math.max(0, value), 0);
        const point = offset.map((value) => value / raisedSum);
        const dual = inner(point, average) + radius * length(point);
        const least = Math.min(...rows.map((row) => inner(direction, row)));
        const longest = Math.max(...rows.map(length));
        const allowed = 1e-9 * length(average) + rounding;
        expect(dual - least).toBeLessThanOrEqual(allowed * longest);
      }),
      seeded,
    );
  });

  it('goes from the mean (c = 0) to 0 where nothing goes down for all (c ≥ 1)', () => {
    const opposed = [
      [1, 0],
      [-2, 0],
    ];
    expect(caGrad(gramianOf(three), { c: 0 })).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(caGrad(gramianOf(opposed), { c: 1.5 })).toEqual([0, 0]);
    // Within the ball of radius 0.4 |ḡ| around ḡ = −0.5, the best that loss 1 can have is −0.3.
    expect(combine(caGrad(gramianOf(opposed), { c: 0.4 }), opposed)[0]).toBeCloseTo(-0.3, 12);
  });

  it('is rescaled by 1 + c² or 1 + c', () => {
    const plain = caGrad(gramianOf(three), { c: 0.5 });
    const second = caGrad(gramianOf(three), { c: 0.5, rescale: 1 });
    const third = caGrad(gramianOf(three), { c: 0.5, rescale: 2 });
    expect(second[0]).toBeCloseTo((plain[0] ?? 0) / 1.25, 12);
    expect(third[0]).toBeCloseTo((plain[0] ?? 0) / 1.5, 12);
  });
});

describe('UPGrad and DualProj', () => {
  it('project: what was added points along the gradients and stands on the result (Moreau)', () => {
    fc.assert(
      fc.property(rowCases(), ({ rows }) => {
        const coefficients = dualProjection(gramianOf(rows));
        const raised = coefficients.map((value) => value - 1 / rows.length);
        expect(Math.min(...raised)).toBeGreaterThanOrEqual(-1e-12);
        const direction = combine(coefficients, rows);
        const added = combine(raised, rows);
        const size = rows.reduce((s, row, k) => s + (coefficients[k] ?? 0) * length(row), 0);
        expect(Math.abs(inner(added, direction))).toBeLessThanOrEqual(1e-12 * size * size);
      }),
      { ...seeded, numRuns: 1000 },
    );
  });

  it('is half of PCGrad for two conflicting losses', () => {
    const rows = [
      [1, 0],
      [-0.5, 1],
    ];
    // PCGrad: (0.8, 0.4) + (0, 1).
    const direction = combine(upGrad(gramianOf(rows)), rows);
    expect(direction[0]).toBeCloseTo(0.4, 12);
    expect(direction[1]).toBeCloseTo(0.7, 12);
  });

  it('is the mean where nothing conflicts', () => {
    const aligned = [
      [1, 2],
      [2, 1],
    ];
    expect(upGrad(gramianOf(aligned))).toEqual([0.5, 0.5]);
  });
});

describe('Nash-MTL and FairGrad', () => {
  it('solve G a = 1/a to rounding, wherever a common descent exists', () => {
    fc.assert(
      fc.property(
        rowCases(['independent', 'rank-deficient', 'duplicate']),
        fc.constantFrom(0.5, 1, 2, 5),
        ({ rows }, alpha) => {
          const gramian = gramianOf(rows);
          const unit = unitRows(gramian);
          if (unit === undefined || commonDescent(unit) === undefined) return;
          const weights = fairGrad(gramian, { alpha });
          const direction = combine(weights, rows);
          for (const [index, row] of rows.entries()) {
            const wanted = (weights[index] ?? Number.NaN) ** (-1 / alpha);
            const size = rows.reduce((s, r, k) => s + (weights[k] ?? 0) * length(r), 0);
            expect(Math.abs(inner(direction, row) - wanted)).toBeLessThanOrEqual(
              1e-8 * wanted + 1e-12 * size * length(row),
            );
          }
        },
      ),
      { ...seeded, numRuns: 1000 },
    );
  });

  it('has a closed form for two losses, and |d|² = K before the clip', () => {
    const rows = [
      [1, 0],
      [-0.5, 1],
    ];
    const cosine = -0.5 / Math.sqrt(1.25);
    const weights = nashMtl(gramianOf(rows), { maxNorm: 0 });
    expect(weights[0]).toBeCloseTo(1 / Math.sqrt(1 + cosine), 12);
    expect(weights[1]).toBeCloseTo(1 / Math.sqrt(1.25) / Math.sqrt(1 + cosine), 12);
    expect(length(combine(weights, rows))).toBeCloseTo(Math.sqrt(2), 12);
    expect(length(combine(nashMtl(gramianOf(rows)), rows))).toBeCloseTo(1, 12);
  });

  it('is the sum for α = 0', () => {
    expect(fairGrad(gramianOf(three), { alpha: 0 })).toEqual([1, 1, 1]);
  });
});

describe('Aligned-MTL', () => {
  it('makes all singular values of the gradients equal: B G B = s I', () => {
    const gramian = gramianOf(three);
    for (const scale of ['min', 'median', 'rmse'] as const) {
      // d = Σ of the rows of an orthogonal frame of lengths √s: |d|² = K s.
      const { coefficients, condition } = alignedMtl(gramian, { scale });
      const halved = alignedMtl(gramian, { scale, preference: 'mean' }).coefficients;
      expect(halved[0]).toBeCloseTo((coefficients[0] ?? 0) / 3, 12);
      expect(condition).toBeGreaterThan(1);
    }
    const direction = combine(alignedMtl(gramian, { scale: 'rmse' }).coefficients, three);
    const trace = three.reduce((sum, row) => sum + inner(row, row), 0);
    expect(inner(direction, direction)).toBeCloseTo(trace, 10);
  });

  it('tells the condition number and leaves directions of rank zero out', () => {
    const rows = [
      [2, 0],
      [0, 0.5],
      [0, 0],
    ];
    const { coefficients, condition } = alignedMtl(gramianOf(rows));
    expect(condition).toBeCloseTo(4, 12);
    expect(coefficients[0]).toBeCloseTo(0.25, 12);
    expect(coefficients[1]).toBeCloseTo(1, 12);
    expect(coefficients[2]).toBe(0);
  });
});

describe('a nonnegative quadratic program', () => {
  it('is solved where the walk over supports comes back to where it was', () => {
    // Two variables that always ask for the other side until both are in.
    const found = searchSupports(2, 0, (support) => {
      if (support.length === 2) return { values: [1, 2], margins: [1, 2] };
      const only = support[0];
      return { values: [0, 0], margins: only === 1 ? [1, -1] : [1, -1] };
    });
    expect(found).toEqual({ values: [1, 2], worst: 1 });
  });

  it('agrees with descent in coordinates', () => {
    const quadratic = matrixOf(
      3,
      (i, j) =>
        [
          [1, 0.6, -0.4],
          [0.6, 1, 0.3],
          [-0.4, 0.3, 1],
        ][i]?.[j] ?? 0,
    );
    const linear = [0.5, -0.2, 0.9];
    const x = [0, 0, 0];
    for (let round = 0; round < 500; round += 1) {
      for (const index of x.keys()) {
        const rest = x.reduce(
          (sum, value, other) =>
            other === index ? sum : sum + (quadratic.entries[index * 3 + other] ?? 0) * value,
          0,
        );
        x[index] = Math.max(0, (linear[index] ?? 0) - rest);
      }
    }
    for (const [index, value] of minimizeNonnegative(quadratic, linear).entries()) {
      expect(value).toBeCloseTo(x[index] ?? Number.NaN, 12);
    }
  });
});
