import { factorize } from './cholesky.ts';
import { component, constantVector, type SquareMatrix, times } from './dense.ts';
import { searchSupports } from './supportSearch.ts';

/**
 * argmin over x ≥ 0 of ½ xᵀQx − cᵀx, exact to rounding (Karush–Kuhn–Tucker on the right support).
 *
 * @param quadratic Q, symmetric and positive semidefinite, its diagonal about 1
 * @param linear c, within the range of Q, so that the minimum exists; where Q is singular and the
 *   minimiser not unique, one of them with independent support
 * @param start variables likely to be positive, as bits
 */
export function minimizeNonnegative(
  quadratic: SquareMatrix,
  linear: readonly number[],
  start = 0,
): readonly number[] {
  const { size } = quadratic;
  const found = searchSupports(size, start, (support) => {
    const solve = factorize(quadratic, support);
    if (solve === undefined) return undefined;
    const values = solve(linear);
    const products = times(quadratic, values);
    let scale = 1;
    for (const value of values) scale += Math.abs(value);
    const margins = products.map((product, index) => (product - component(linear, index)) / scale);
    for (const index of support) margins[index] = component(values, index) / scale;
    return { values, margins };
  });
  return found?.values ?? constantVector(size, 0);
}
