import type { Gramian } from '../gramian.ts';
import { component, constantVector, matrixOf } from './dense.ts';
import { type EigenPair, symmetricEigenPairs } from './eigen.ts';
import { hasFiniteEntries } from './unitRows.ts';

export interface AlignedOptions {
  /**
   * Which eigenvalue all take: the least (default), the median (the lower of two, as torch), or the mean
   * ('rmse', the name it has in the authors' code).
   */
  readonly scale?: 'min' | 'median' | 'rmse';
  /** 'ones' (default; authors, LibMTL) or 'mean', 1/K (TorchJD). */
  readonly preference?: 'ones' | 'mean';
  /**
   * Eigenvalues up to this share of the largest, times K, are left out. Default 2⁻²³, the rounding of
   * float32, in which gradients are computed.
   */
  readonly rankTolerance?: number;
}

export interface Alignment {
  readonly coefficients: readonly number[];
  /**
   * √(λ_max/λ_min) over the eigenvalues kept, the paper's measure of conflict and imbalance; undefined
   * where all gradients vanish.
   */
  readonly condition: number | undefined;
}

/**
 * Aligned-MTL (Senushkin et al. CVPR 2023, algorithm 1): the matrix of gradients is replaced by the nearest
 * with all singular values equal. G = VΛVᵀ, a = √s VΛ^(−1/2)Vᵀ p with s the eigenvalue all take.
 *
 * Traps: with the least eigenvalue, d shrinks with the shortest direction and stalls like MGDA's;
 * it is not conflict-free.
 *
 * Degenerate: directions of rank zero are left out (opposed gradients give a step that favours the
 * longer one). Where all vanish, the preference is returned (d = 0). An entry that is not finite gives
 * NaN.
 */
export function alignedMtl(gramian: Gramian, options: AlignedOptions = {}): Alignment {
  const { scale = 'min', preference = 'ones', rankTolerance = 2 ** -23 } = options;
  const { size } = gramian;
  if (!hasFiniteEntries(gramian)) {
    return { coefficients: constantVector(size, Number.NaN), condition: undefined };
  }
  const pairs = symmetricEigenPairs(matrixOf(size, (i, j) => gramian.at(i, j)));
  const largest = pairs[0]?.value ?? 0;
  const kept = pairs.filter(({ value }) => value > 0 && value > largest * size * rankTolerance);
  const weight = preference === 'ones' ? 1 : 1 / size;
  if (kept.length === 0) {
    return { coefficients: constantVector(size, weight), condition: undefined };
  }
  const root = Math.sqrt(commonEigenvalue(kept, scale));
  const coefficients = constantVector(size, 0);
  for (const { value, vector } of kept) {
    const projected = vector.reduce((sum, x) => sum + weight * x, 0);
    for (const [index, x] of vector.entries()) {
      coefficients[index] =
        component(coefficients, index) + (root * x * projected) / Math.sqrt(value);
    }
  }
  const least = kept.at(-1)?.value ?? largest;
  return { coefficients, condition: Math.sqrt(largest / least) };
}

/** @param kept by falling eigenvalue, one at least */
function commonEigenvalue(kept: readonly EigenPair[], scale: 'min' | 'median' | 'rmse'): number {
  const values = kept.map(({ value }) => value);
  if (scale === 'rmse') return values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = scale === 'min' ? values.length - 1 : Math.floor(values.length / 2);
  return component(values, at);
}
