import type { Gramian } from '../gramian.ts';
import { component, constantVector, matrixOf, total } from './dense.ts';
import { pseudoInverseTimes } from './eigen.ts';
import { commonDescent } from './minimumNorm.ts';
import { spread, unitRows } from './unitRows.ts';
import { solveOrProject } from './wellConditioned.ts';

export interface ImtlGOptions {
  /**
   * What happens where no direction goes down for all losses, so that no d has equal positive
   * projections. 'zero' (default) takes no step; 'least-squares' takes the pseudo-inverse's, as TorchJD
   * does: for opposed gradients that is an ascent for one of them.
   */
  readonly withoutDescent?: 'zero' | 'least-squares';
}

/** Σ(G⁺n) below this share of Σ|G⁺n|: the weights would be a quotient of rounding. */
const leastSum = 1e-9;
/** Eigenvalues of G below this share of the largest (times K) are rounding. */
const rankTolerance = 2 ** -52;

/**
 * IMTL-G (Liu et al. ICLR 2021, eq. 5): Σ aₖ = 1 and d·uₖ equal for all k; a = G⁻¹n / Σ(G⁻¹n). For linearly
 * dependent gradients G⁺ in place of G⁻¹, as TorchJD (LibMTL inverts and breaks).
 *
 * Traps: a may be negative for K ≥ 3, and with it d an ascent in no loss only because the projections
 * are equal; near opposition a grows without bound. For dependent gradients a is not unique, G⁺ gives the
 * shortest a, and where their lengths differ by 10³ or more it has but half of its digits.
 *
 * Degenerate: gradients of length zero get 0; without a common descent see `withoutDescent`; where the
 * sum cancels, no step. An entry that is not finite gives NaN.
 */
export function imtlG(gramian: Gramian, options: ImtlGOptions = {}): readonly number[] {
  const unit = unitRows(gramian);
  if (unit === undefined) return constantVector(gramian.size, Number.NaN);
  const { rows, norms, cosines } = unit;
  const nothing = constantVector(gramian.size, 0);
  if (rows.length === 0) return nothing;
  if (options.withoutDescent !== 'least-squares' && commonDescent(unit) === undefined)
    return nothing;
  const { solution, independent } = solveOrProject(
    cosines,
    norms.map(() => 1),
  );
  const raw = independent
    ? solution.map((value, index) => value / component(norms, index))
    : pseudoInverseTimes(
        matrixOf(rows.length, (i, j) => gramian.at(component(rows, i), component(rows, j))),
        norms,
        rankTolerance * rows.length,
      );
  const sum = total(raw);
  const size = raw.reduce((all, value) => all + Math.abs(value), 0);
  if (Math.abs(sum) <= leastSum * size) return nothing;
  return spread(
    unit,
    raw.map((value) => value / sum),
  );
}
