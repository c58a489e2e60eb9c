import type { Random } from '../../base/random.ts';

/** A matrix, row by row. */
export interface DenseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Independent draws of N(0, 1). */
export function normals(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal());
}

/** Independent draws of N(0, deviation²). */
export function gaussianMatrix(
  random: Random,
  rows: number,
  columns: number,
  deviation: number,
): DenseMatrix {
  const values = normals(random, rows * columns).map((value) => value * deviation);
  return { rows, columns, values };
}

/** [batch, rows] times [rows, columns]. */
export function multiply(
  left: Float32Array,
  { rows, columns, values }: DenseMatrix,
): Float32Array<ArrayBuffer> {
  const batch = left.length / rows;
  const product = new Float32Array(batch * columns);
  for (let sample = 0; sample < batch; sample += 1) {
    for (let row = 0; row < rows; row += 1) {
      const factor = at(left, sample * rows + row);
      for (let column = 0; column < columns; column += 1) {
        const index = sample * columns + column;
        product[index] = at(product, index) + factor * at(values, row * columns + column);
      }
    }
  }
  return product;
}

export function transpose({ rows, columns, values }: DenseMatrix): DenseMatrix {
  const turned = Float32Array.from({ length: values.length }, (_, index) =>
    at(values, (index % rows) * columns + Math.floor(index / rows)),
  );
  return { rows: columns, columns: rows, values: turned };
}

/** Gram–Schmidt on the rows. */
export function orthonormalRows({ rows, columns, values }: DenseMatrix): DenseMatrix {
  const result = values.slice();
  for (let row = 0; row < rows; row += 1) {
    const own = result.subarray(row * columns, (row + 1) * columns);
    for (let earlier = 0; earlier < row; earlier += 1) {
      const other = result.subarray(earlier * columns, (earlier + 1) * columns);
      const overlap = own.reduce((sum, value, index) => sum + value * at(other, index), 0);
      for (const [index, value] of other.entries()) own[index] = at(own, index) - overlap * value;
    }
    const length = Math.hypot(...own);
    for (const [index, value] of own.entries()) own[index] = value / length;
  }
  return { rows, columns, values: result };
}

/** An element; NaN outside, so that a mistake shows. */
export function at(values: Float32Array, index: number): number {
  return values[index] ?? Number.NaN;
}
