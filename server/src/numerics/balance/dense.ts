/**
 * Vectors and square matrices of a few entries (K losses, K ≤ 8 or so). An index that does not exist
 * reads NaN, which no test of ours lets through.
 */

/**
 * A vector that is read only. Where time counts, in loops that a strategy runs many times in a step, it is
 * a `Float64Array`: a loop that meets one kind of array is compiled to much faster code.
 */
export type Vector = ArrayLike<number>;

/** A square matrix, row by row. */
export interface SquareMatrix {
  readonly size: number;
  readonly entries: Float64Array;
}

/** The matrix whose entries are `value(row, column)`. */
export function matrixOf(
  size: number,
  value: (row: number, column: number) => number,
): SquareMatrix {
  const entries = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      entries[row * size + column] = value(row, column);
    }
  }
  return { size, entries };
}

export function entry(matrix: SquareMatrix, row: number, column: number): number {
  return matrix.entries[row * matrix.size + column] ?? Number.NaN;
}

export function component(vector: Vector, index: number): number {
  return vector[index] ?? Number.NaN;
}

/** As `component`, where time counts. */
export function at(vector: Float64Array, index: number): number {
  return vector[index] ?? Number.NaN;
}

/** A copy as plain numbers; `Array.from` takes ten times as long. */
export function numbersOf(vector: Float64Array): number[] {
  const numbers: number[] = [];
  for (let index = 0; index < vector.length; index += 1) numbers.push(at(vector, index));
  return numbers;
}

export function constantVector(size: number, value: number): number[] {
  return new Array<number>(size).fill(value);
}

export function times(matrix: SquareMatrix, vector: readonly number[]): number[] {
  return numbersOf(product(matrix, new Float64Array(vector)));
}

/** As `times`, where time counts. */
export function product(matrix: SquareMatrix, vector: Float64Array): Float64Array {
  const { size, entries } = matrix;
  const products = new Float64Array(size);
  for (let row = 0; row < size; row += 1) {
    let sum = 0;
    for (let column = 0; column < size; column += 1) {
      const factor = at(vector, column);
      // 0 · ∞ is NaN; a coefficient of 0 leaves its row out, as everywhere in `Gramian`.
      if (factor !== 0) sum += factor * at(entries, row * size + column);
    }
    products[row] = sum;
  }
  return products;
}

export function dot(first: Vector, second: Vector): number {
  let sum = 0;
  for (let index = 0; index < first.length; index += 1) {
    sum += component(first, index) * component(second, index);
  }
  return sum;
}

export function total(vector: readonly number[]): number {
  let sum = 0;
  for (const value of vector) sum += value;
  return sum;
}

export function mean(vector: readonly number[]): number {
  return total(vector) / vector.length;
}

export function scaled(vector: readonly number[], factor: number): number[] {
  return vector.map((value) => value * factor);
}

/** Index of the smallest entry. */
export function smallestAt(vector: Vector): number {
  let best = 0;
  for (let index = 1; index < vector.length; index += 1) {
    if (component(vector, index) < component(vector, best)) best = index;
  }
  return best;
}
