import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { alignedMtl } from '../../../../server/src/numerics/balance/alignedMtl.ts';
import { caGrad } from '../../../../server/src/numerics/balance/caGrad.ts';
import { conFig } from '../../../../server/src/numerics/balance/conFig.ts';
import { dualBalance } from '../../../../server/src/numerics/balance/dualBalance.ts';
import { dualProjection } from '../../../../server/src/numerics/balance/dualProjection.ts';
import { fairGrad } from '../../../../server/src/numerics/balance/fairGrad.ts';
import { firstGradVacTargets, gradVac } from '../../../../server/src/numerics/balance/gradVac.ts';
import { imtlG } from '../../../../server/src/numerics/balance/imtlG.ts';
import { inverseNorm } from '../../../../server/src/numerics/balance/inverseNorm.ts';
import { inverseNormSeed } from '../../../../server/src/numerics/balance/inverseNormSeed.ts';
import { meanCoefficients } from '../../../../server/src/numerics/balance/mean.ts';
import { mgda } from '../../../../server/src/numerics/balance/mgda.ts';
import {
  commonDescent,
  stationarity,
} from '../../../../server/src/numerics/balance/minimumNorm.ts';
import { nashMtl } from '../../../../server/src/numerics/balance/nashMtl.ts';
import { pcGrad } from '../../../../server/src/numerics/balance/pcGrad.ts';
import { sumCoefficients } from '../../../../server/src/numerics/balance/sum.ts';
import { unitRows } from '../../../../server/src/numerics/balance/unitRows.ts';
import { upGrad } from '../../../../server/src/numerics/balance/upGrad.ts';
import { Gramian } from '../../../../server/src/numerics/gramian.ts';
import { rowCases, seeded } from './randomRows.ts';
import { combine, gramianOf, inner, length, type Rows } from './rows.ts';

type Method = (gramian: Gramian) => readonly number[];

const methods: Readonly<Record<string, Method>> = {
  aligned: (gramian) => alignedMtl(gramian).coefficients,
  'aligned, mean': (gramian) => alignedMtl(gramian, { scale: 'rmse' }).coefficients,
  caGrad,
  'caGrad, c 1.5': (gramian) => caGrad(gramian, { c: 1.5, rescale: 1 }),
  conFig,
  dualBalance,
  dualProjection,
  'dualProjection, regularised': (gramian) =>
    dualProjection(gramian, { normEps: 1e-4, regEps: 1e-4 }),
  fairGrad,
  'fairGrad, α 2': (gramian) => fairGrad(gramian, { alpha: 2 }),
  'fairGrad, α 0.5': (gramian) => fairGrad(gramian, { alpha: 0.5 }),
  imtlG,
  'imtlG, least squares': (gramian) => imtlG(gramian, { withoutDescent: 'least-squares' }),
  inverseNorm,
  inverseNormSeed,
  mean: ({ size }) => meanCoefficients(size),
  mgda,
  'mgda, l2': (gramian) => mgda(gramian, { normalisation: 'l2', applyTo: 'normalised' }),
  nashMtl,
  sum: ({ size }) => sumCoefficients(size),
  upGrad,
  'upGrad, regularised': (gramian) => upGrad(gramian, { normEps: 1e-4, regEps: 1e-4 }),
};
const ordered: Readonly<Record<string, Method>> = {
  pcGrad,
  gradVac: (gramian) => gradVac(gramian, firstGradVacTargets(gramian.size)).coefficients,
};
const all = { ...methods, ...ordered };

/** What d·gₖ may be off by rounding: the sum of the sizes it is made of. */
function noise(coefficients: readonly number[], rows: Rows, row: readonly number[]): number {
  return rows.reduce(
    (sum, other, index) => sum + Math.abs(coefficients[index] ?? 0) * length(other) * length(row),
    0,
  );
}

/** Asserts d·gₖ ≥ −1e-9 |d||gₖ| for all k, but for rounding. */
function expectNoConflict(method: Method, rows: Rows): void {
  const coefficients = method(gramianOf(rows));
  const direction = combine(coefficients, rows);
  for (const row of rows) {
    const allowed = 1e-9 * length(direction) * length(row) + 1e-13 * noise(coefficients, rows, row);
    expect(inner(direction, row)).toBeGreaterThanOrEqual(-allowed);
  }
}

function cosine(first: readonly number[], second: readonly number[]): number {
  return inner(first, second) / length(first) / length(second);
}

describe.each(Object.entries(all))('%s', (_name, method) => {
  it('gives finite numbers for finite gradients of any kind', () => {
    fc.assert(
      fc.property(rowCases(), ({ rows }) => {
        const coefficients = method(gramianOf(rows));
        expect(coefficients).toHaveLength(rows.length);
        expect(coefficients.every(Number.isFinite)).toBe(true);
      }),
      seeded,
    );
  });

  it('says NaN, and nothing else, where a gradient is not finite, if it looks at gradients', () => {
    const coefficients = method(Gramian.fromEntries(2, [1, Number.NaN, Number.NaN, 2]));
    const looks = method !== methods.sum && method !== methods.mean;
    expect(coefficients.every((value) => Number.isNaN(value) === looks)).toBe(true);
  });
});

describe.each(Object.entries(methods))('%s', (name, method) => {
  it('gives the same direction whatever the order of the losses', () => {
    // Methods on eigenvalues of the unscaled Gramian: dependent rows of unequal lengths leave no digits.
    const sensitive = /^(aligned|imtlG)/.test(name);
    const kinds = ['independent', 'opposed', 'duplicate', 'zero row'] as const;
    fc.assert(
      fc.property(rowCases(sensitive ? ['independent'] : kinds), ({ rows }) => {
        const direct = method(gramianOf(rows));
        const turned = [...rows].reverse();
        const reversed = method(gramianOf(turned));
        const first = combine(direct, rows);
        const second = combine(reversed, turned);
        const size = rows.reduce((s, row, k) => s + Math.abs(direct[k] ?? 0) * length(row), 0);
        expect(length(first.map((x, k) => x - (second[k] ?? 0)))).toBeLessThanOrEqual(1e-7 * size);
      }),
      seeded,
    );
  });
});

describe('one loss alone', () => {
  const row = [0.3, -0.4];
  it.each([
    ['aligned', 1],
    ['conFig', 1],
    ['dualProjection', 1],
    ['imtlG', 1],
    ['inverseNorm', 1],
    ['mean', 1],
    ['mgda', 1],
    ['sum', 1],
    ['upGrad', 1],
    // In lengths of g/|g|, |g| = 0.5.
    ['nashMtl', 2],
    ['fairGrad', 2],
    // 1 + c.
    ['caGrad', 1.4],
    ['dualBalance', 1 / (1 + 2e-8)],
  ] as const)('%s takes g, or what its formula says', (name, expected) => {
    expect(all[name]?.(gramianOf([row]))[0]).toBeCloseTo(expected, 12);
  });
});

describe('two losses', () => {
  it('have one direction in IMTL-G, Nash-MTL, ConFIG, FairGrad (α = 1) and inverse norms', () => {
    fc.assert(
      fc.property(rowCases(['independent']), ({ rows }) => {
        const [first = [], second = []] = rows;
        if (rows.length < 2) return;
        const bisector = first.map(
          (value, index) => value / length(first) + (second[index] ?? 0) / length(second),
        );
        const pair = [first, second];
        const gramian = gramianOf(pair);
        const found = [imtlG, nashMtl, conFig, fairGrad].map((method) => method(gramian));
        for (const coefficients of [...found, inverseNormSeed(gramian, 0)]) {
          expect(cosine(combine(coefficients, pair), bisector)).toBeGreaterThan(1 - 1e-10);
        }
      }),
      seeded,
    );
  });
});

describe('without conflict', () => {
  it.each([
    ['upGrad', upGrad],
    ['dualProjection', dualProjection],
    ['mgda', mgda],
    ['nashMtl', nashMtl],
    ['fairGrad, α 2', methods['fairGrad, α 2'] ?? fairGrad],
  ] as const)('stays %s for any gradients', (_name, method) => {
    fc.assert(
      fc.property(rowCases(), ({ rows }) => expectNoConflict(method, rows)),
      { ...seeded, numRuns: 1500 },
    );
  });

  it('stays ConFIG, and IMTL-G with the same cosine for all, for independent gradients', () => {
    fc.assert(
      fc.property(rowCases(['independent']), ({ rows }) => {
        expectNoConflict(conFig, rows);
        const direction = combine(imtlG(gramianOf(rows)), rows);
        const cosines = rows.map((row) => cosine(direction, row));
        expect(Math.max(...cosines) - Math.min(...cosines)).toBeLessThan(1e-7);
      }),
      seeded,
    );
  });

  it('stays PCGrad for two losses, not always for three', () => {
    fc.assert(
      fc.property(rowCases(), ({ rows }) => expectNoConflict(pcGrad, rows.slice(0, 2))),
      seeded,
    );
    const three = [
      [1, 0.5, -0.3],
      [-0.8, 1, 0.4],
      [-3, -2, 0.2],
    ];
    const direction = combine(pcGrad(gramianOf(three)), three);
    expect(Math.min(...three.map((row) => inner(direction, row)))).toBeLessThan(-0.1);
  });

  it('stays no UPGrad that is regularised as TorchJD, once lengths differ', () => {
    const rows = [
      [0.01, 0],
      [-5, 1],
    ];
    const conflict = (coefficients: readonly number[]) =>
      Math.min(...rows.map((row) => cosine(combine(coefficients, rows), row)));
    expect(conflict(upGrad(gramianOf(rows)))).toBeGreaterThan(-1e-12);
    expect(conflict(upGrad(gramianOf(rows), { normEps: 1e-4, regEps: 1e-4 }))).toBeLessThan(-0.1);
  });
});

describe('the direction', () => {
  it.each([
    ['imtlG', imtlG],
    ['nashMtl', nashMtl],
    ['conFig', conFig],
  ] as const)('of %s stays when a loss is scaled', (name, method) => {
    fc.assert(
      fc.property(
        rowCases(['independent']),
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 8, maxLength: 8 }),
        (drawn, exponents) => {
          const rows = drawn.rows;
          const scaledRows = rows.map((row, index) =>
            row.map((value) => value * 10 ** (exponents[index] ?? 0)),
          );
          const before = combine(method(gramianOf(rows)), rows);
          const after = combine(method(gramianOf(scaledRows)), scaledRows);
          // IMTL-G's Σ a = 1 may turn the direction round where Σ(G⁻¹n) changes sign.
          const same = cosine(before, after);
          expect(name === 'imtlG' ? Math.abs(same) : same).toBeGreaterThan(1 - 1e-7);
        },
      ),
      seeded,
    );
  });

  it('counts a gradient twice that two losses share', () => {
    const rows = [
      [1, 0.5],
      [-0.5, 1],
      [1, 0.5],
    ];
    const [first, , third] = nashMtl(gramianOf(rows));
    expect(first).toBeCloseTo(third ?? 0, 12);
    expect(length(combine(mgda(gramianOf(rows)), rows))).toBeCloseTo(1.25 ** 0.5 * 0.5 ** 0.5, 12);
  });
});

describe('opposed gradients', () => {
  const rows = [
    [1, 2],
    [-2, -4],
  ];
  const gramian = gramianOf(rows);

  it('have no common descent, and no step where a method promises one', () => {
    const unit = unitRows(gramian);
    expect(unit && commonDescent(unit)).toBeUndefined();
    expect(stationarity(gramian)).toBeCloseTo(0, 7);
    for (const method of [mgda, upGrad, dualProjection, nashMtl, fairGrad, imtlG, conFig, pcGrad]) {
      expect(length(combine(method(gramian), rows))).toBeLessThan(1e-7);
    }
  });

  it('make the pseudo-inverse of IMTL-G climb one of the losses', () => {
    const step = combine(imtlG(gramian, { withoutDescent: 'least-squares' }), rows);
    expect(step[0]).toBeCloseTo(-5, 9);
    expect(step[1]).toBeCloseTo(-10, 9);
  });
});
