import { Cholesky } from './cholesky.ts';
import { at, constantVector, product, type SquareMatrix } from './dense.ts';
import { type SupportTrial, searchSupports } from './supportSearch.ts';

/** Finds argmin over x ≥ 0 of ½ xᵀQx − cᵀx for a c, and the start as bits. */
export type NonnegativeMinimizer = (linear: Float64Array, start?: number) => readonly number[];

/**
 * argmin over x ≥ 0 of ½ xᵀQx − cᵀx for one Q and many c, exact to rounding (Karush–Kuhn–Tucker on the
 * right support).
 *
 * The c are within the range of Q, so that the minimum exists; where Q is singular and the minimiser not
 * unique, one of them with independent support is found. The start are variables likely to be positive.
 *
 * @param quadratic Q, symmetric and positive semidefinite, its diagonal about 1
 */
export function nonnegativeMinimizer(quadratic: SquareMatrix): NonnegativeMinimizer {
  const { size } = quadratic;
  const cholesky = new Cholesky(quadratic);
  return (linear, start = 0) => {
    const found = searchSupports(size, start, (support): SupportTrial | undefined => {
      if (!cholesky.factorize(support)) return undefined;
      const values = cholesky.solve(linear);
      return { values, margins: marginsOf(quadratic, linear, values, support) };
    });
    return found?.values ?? constantVector(size, 0);
  };
}

/** `nonnegativeMinimizer` for one c. */
export function minimizeNonnegative(
  quadratic: SquareMatrix,
  linear: readonly number[],
  start = 0,
): readonly number[] {
  return nonnegativeMinimizer(quadratic)(new Float64Array(linear), start);
}

function marginsOf(
  quadratic: SquareMatrix,
  linear: Float64Array,
  values: Float64Array,
  support: readonly number[],
): Float64Array {
  let scale = 1;
  for (let index = 0; index < values.length; index += 1) scale += Math.abs(at(values, index));
  const margins = product(quadratic, values);
  for (let index = 0; index < margins.length; index += 1) {
    margins[index] = (at(margins, index) - at(linear, index)) / scale;
  }
  for (const index of support) margins[index] = at(values, index) / scale;
  return margins;
}
