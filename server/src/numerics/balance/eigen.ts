import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

import { component, constantVector, entry, type SquareMatrix } from './dense.ts';

/** An eigenvalue with its eigenvector of length 1. */
export interface EigenPair {
  readonly value: number;
  readonly vector: readonly number[];
}

/** All eigenpairs of a symmetric matrix of finite entries, the largest eigenvalue first. */
export function symmetricEigenPairs(matrix: SquareMatrix): readonly EigenPair[] {
  const { size } = matrix;
  const unit = powerOf2Below(matrix);
  const dense = new Matrix(size, size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      dense.set(row, column, entry(matrix, row, column) / unit);
    }
  }
  const decomposition = new EigenvalueDecomposition(dense, { assumeSymmetric: true });
  const vectors = decomposition.eigenvectorMatrix;
  return decomposition.realEigenvalues
    .map((value, index) => ({ value: value * unit, vector: vectors.getColumn(index) }))
    .sort((first, second) => second.value - first.value);
}

/**
 * A power of 2 near the largest entry: divided by it, products of entries do not overflow (where they did,
 * ml-matrix would read beyond its rows), and nothing is rounded.
 */
function powerOf2Below({ entries }: SquareMatrix): number {
  const largest = entries.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest > 0 ? 2 ** Math.floor(Math.log2(largest)) : 1;
}

/** M⁺ v, with eigenvalues below `tolerance` times the largest counted as 0. */
export function pseudoInverseTimes(
  matrix: SquareMatrix,
  vector: readonly number[],
  tolerance: number,
): readonly number[] {
  const pairs = symmetricEigenPairs(matrix);
  const least = tolerance * Math.max(0, pairs[0]?.value ?? 0);
  const solution = constantVector(matrix.size, 0);
  for (const pair of pairs) {
    if (pair.value <= least) continue;
    const projected = pair.vector.reduce((sum, x, index) => sum + x * component(vector, index), 0);
    for (const [index, x] of pair.vector.entries()) {
      solution[index] = component(solution, index) + (x * projected) / pair.value;
    }
  }
  return solution;
}
