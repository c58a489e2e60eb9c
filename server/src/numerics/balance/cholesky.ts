import { component, constantVector, entry, type SquareMatrix } from './dense.ts';

/**
 * Solves a symmetric positive definite system on some of its rows and columns. Undefined where they
 * are linearly dependent to working accuracy: a pivot below `leastPivot` times its diagonal.
 */
export type SubsystemSolver = (rightSide: readonly number[]) => number[];

/** Rounding of a cosine is some 1e-16; a pivot below this is nothing but rounding. */
const leastPivot = 1e-13;

/**
 * @param support rows and columns of the subsystem
 * @returns a function from right sides (all rows) to solutions (all rows, 0 off the support)
 */
export function factorize(
  matrix: SquareMatrix,
  support: readonly number[],
): SubsystemSolver | undefined {
  const order = support.length;
  const factor = new Float64Array(order * order);
  const at = (row: number, column: number): number => factor[row * order + column] ?? Number.NaN;
  const remainder = (row: number, column: number): number => {
    let rest = entry(matrix, component(support, row), component(support, column));
    for (let inner = 0; inner < column; inner += 1) rest -= at(row, inner) * at(column, inner);
    return rest;
  };
  for (let row = 0; row < order; row += 1) {
    for (let column = 0; column < row; column += 1) {
      factor[row * order + column] = remainder(row, column) / at(column, column);
    }
    const pivot = remainder(row, row);
    const diagonal = entry(matrix, component(support, row), component(support, row));
    if (pivot <= leastPivot * diagonal) return undefined;
    factor[row * order + row] = Math.sqrt(pivot);
  }
  return (rightSide) => substitute(at, support, rightSide);
}

/** Forward then backward substitution. */
function substitute(
  at: (row: number, column: number) => number,
  support: readonly number[],
  rightSide: readonly number[],
): number[] {
  const order = support.length;
  const partial = constantVector(order, 0);
  for (let row = 0; row < order; row += 1) {
    let rest = component(rightSide, component(support, row));
    for (let inner = 0; inner < row; inner += 1) rest -= at(row, inner) * component(partial, inner);
    partial[row] = rest / at(row, row);
  }
  const solution = constantVector(rightSide.length, 0);
  for (let row = order - 1; row >= 0; row -= 1) {
    let rest = component(partial, row);
    for (let inner = row + 1; inner < order; inner += 1) {
      rest -= at(inner, row) * component(solution, component(support, inner));
    }
    solution[component(support, row)] = rest / at(row, row);
  }
  return solution;
}
