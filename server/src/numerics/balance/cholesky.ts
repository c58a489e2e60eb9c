import { at, component, entry, type SquareMatrix, type Vector } from './dense.ts';

/** Rounding of a cosine is some 1e-16; a pivot below this is nothing but rounding. */
const leastPivot = 1e-13;

/**
 * Solves symmetric positive definite systems: those of one matrix on some of its rows and columns, its
 * support. The matrix may change between calls of `factorize`, and memory is taken only once.
 */
export class Cholesky {
  readonly #matrix: SquareMatrix;
  /** Row by row, `size` apart. */
  readonly #factor: Float64Array;
  readonly #partial: Float64Array;
  #support: readonly number[] = [];

  constructor(matrix: SquareMatrix) {
    this.#matrix = matrix;
    this.#factor = new Float64Array(matrix.size * matrix.size);
    this.#partial = new Float64Array(matrix.size);
  }

  /**
   * Whether `solve` may follow: false where the rows and columns are linearly dependent to working
   * accuracy, a pivot below `leastPivot` times its diagonal.
   */
  factorize(support: readonly number[]): boolean {
    this.#support = support;
    const factor = this.#factor;
    const { size } = this.#matrix;
    for (let row = 0; row < support.length; row += 1) {
      const offset = row * size;
      for (let column = 0; column < row; column += 1) {
        const diagonal = at(factor, column * size + column);
        factor[offset + column] = this.#remainder(row, column) / diagonal;
      }
      const pivot = this.#remainder(row, row);
      const index = component(support, row);
      if (pivot <= leastPivot * entry(this.#matrix, index, index)) return false;
      factor[offset + row] = Math.sqrt(pivot);
    }
    return true;
  }

  /** From a right side (all rows) to the solution (all rows, 0 off the support). */
  solve(rightSide: Vector): Float64Array {
    const factor = this.#factor;
    const partial = this.#partial;
    const support = this.#support;
    const { size } = this.#matrix;
    const order = support.length;
    for (let row = 0; row < order; row += 1) {
      const offset = row * size;
      let rest = component(rightSide, component(support, row));
      for (let inner = 0; inner < row; inner += 1) {
        rest -= at(factor, offset + inner) * at(partial, inner);
      }
      partial[row] = rest / at(factor, offset + row);
    }
    const solution = new Float64Array(size);
    for (let row = order - 1; row >= 0; row -= 1) {
      let rest = at(partial, row);
      for (let inner = row + 1; inner < order; inner += 1) {
        rest -= at(factor, inner * size + row) * at(partial, inner);
      }
      const value = rest / at(factor, row * size + row);
      partial[row] = value;
      solution[component(support, row)] = value;
    }
    return solution;
  }

  /** What of an entry the columns of the factor before this one leave. */
  #remainder(row: number, column: number): number {
    const factor = this.#factor;
    const { size } = this.#matrix;
    const support = this.#support;
    const [first, second] = [row * size, column * size];
    let rest = entry(this.#matrix, component(support, row), component(support, column));
    for (let inner = 0; inner < column; inner += 1) {
      rest -= at(factor, first + inner) * at(factor, second + inner);
    }
    return rest;
  }
}
