import { Cholesky } from './cholesky.ts';
import { numbersOf, type SquareMatrix } from './dense.ts';
import { pseudoInverseTimes } from './eigen.ts';

/** Eigenvalues of a matrix of cosines below this share of the largest are rounding. */
const rankTolerance = 1e-12;

/** C⁻¹ v; where rows are linearly dependent, C⁺ v. */
export function solveOrProject(
  cosines: SquareMatrix,
  vector: readonly number[],
): { readonly solution: readonly number[]; readonly independent: boolean } {
  const cholesky = new Cholesky(cosines);
  if (cholesky.factorize([...vector.keys()]))
    return { solution: numbersOf(cholesky.solve(vector)), independent: true };
  return { solution: pseudoInverseTimes(cosines, vector, rankTolerance), independent: false };
}
