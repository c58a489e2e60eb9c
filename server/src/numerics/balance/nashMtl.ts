import { combinedNorm, type Gramian } from '../gramian.ts';
import { scaled } from './dense.ts';
import { fairGrad } from './fairGrad.ts';

export interface NashOptions {
  /** d is shortened to this length where it is longer; 0 leaves it. Default 1, as the authors. */
  readonly maxNorm?: number;
}

/**
 * Nash-MTL (Navon et al. ICML 2022, claim 3.1): a > 0 with G a = 1/a, the Nash bargaining solution; then
 * |d|² = K, and d is clipped to `maxNorm`. The same equation as FairGrad with α = 1, solved by the same
 * Newton iteration: the authors' loop of convex programs (ECOS) is not needed, and it tests for the end
 * on another scale than it solves on.
 *
 * Degenerate: as `fairGrad`. K = 1 gives g/|g|.
 */
export function nashMtl(gramian: Gramian, options: NashOptions = {}): readonly number[] {
  const { maxNorm = 1 } = options;
  const coefficients = fairGrad(gramian, { alpha: 1 });
  if (maxNorm <= 0) return coefficients;
  const norm = combinedNorm(gramian, coefficients);
  return norm > maxNorm ? scaled(coefficients, maxNorm / norm) : coefficients;
}
