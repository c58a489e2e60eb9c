import type { Random } from '../../../base/random.ts';
import { matrixOf, type SquareMatrix } from '../../../numerics/balance/dense.ts';
import { type EigenPair, symmetricEigenPairs } from '../../../numerics/balance/eigen.ts';
import { at, type DenseMatrix, gaussianMatrix, multiply, normals } from '../denseMatrix.ts';
import { pictureSize } from './facePictures.ts';

/** Length of an embedding. */
export const embeddingSize = 12;
const hiddenSize = 96;
/** Added to the within-class covariance, as a share of its mean diagonal entry. */
const ridge = 0.01;

/** e = tanh(x A + a) B + b for a picture x in a row; its direction is the embedding of the face. */
export interface EmbeddingWeights {
  /** [picture, hidden] */
  readonly first: DenseMatrix;
  readonly firstBias: Float32Array;
  /** [hidden, embedding] */
  readonly second: DenseMatrix;
  readonly secondBias: Float32Array;
}

/** Pictures in rows, those of one person next to each other. */
export interface Album {
  readonly pictures: Float32Array;
  readonly perPerson: number;
}

/**
 * Fits what stands in for a pretrained recognition network: random features of the pictures, brought
 * to mean 0 and deviation 1 before tanh, and of these the directions in which persons differ most
 * beside what pose and light do (linear discriminant analysis: Fisher 1936, Rao 1948). Pose and
 * light then have the covariance c·I in the embedding, and c is such that its features have a mean
 * square of 1.
 */
export function fitEmbedding({ pictures, perPerson }: Album, random: Random): EmbeddingWeights {
  const filters = gaussianMatrix(random, pictureSize, hiddenSize, 1);
  const offsets = normals(random, hiddenSize);
  const sums = multiply(pictures, filters);
  const moments = columnMoments(sums, hiddenSize);
  const perDeviation = moments.deviations.map((deviation) => 1 / deviation);
  const firstBias = offsets.map(
    (offset, index) => 0.5 * offset - at(moments.means, index) * at(perDeviation, index),
  );
  const hidden = addToRows(scaleColumns(sums, perDeviation), firstBias).map(Math.tanh);
  const { means } = columnMoments(hidden, hiddenSize);
  const directions = discriminants(hidden, means, perPerson);
  const values = Float32Array.from({ length: hiddenSize * embeddingSize }, (_, index) => {
    const vector = directions[index % embeddingSize];
    return vector?.[Math.floor(index / embeddingSize)] ?? Number.NaN;
  });
  const second = { rows: hiddenSize, columns: embeddingSize, values };
  const centered = multiply(hidden, second);
  const shift = multiply(means, second);
  const meanSquare =
    centered.reduce(
      (sum, value, index) => sum + (value - at(shift, index % embeddingSize)) ** 2,
      0,
    ) / centered.length;
  const scale = 1 / Math.sqrt(meanSquare);
  return {
    first: { ...filters, values: scaleColumns(filters.values, perDeviation) },
    firstBias,
    second: { ...second, values: values.map((value) => value * scale) },
    secondBias: shift.map((value) => -value * scale),
  };
}

/** Embeddings of pictures in rows, before they are brought to length 1. */
export function embedPictures(
  pictures: Float32Array,
  { first, firstBias, second, secondBias }: EmbeddingWeights,
): Float32Array {
  const hidden = addToRows(multiply(pictures, first), firstBias).map(Math.tanh);
  return addToRows(multiply(hidden, second), secondBias);
}

function scaleColumns(rows: Float32Array, factors: Float32Array): Float32Array {
  return rows.map((value, index) => value * at(factors, index % factors.length));
}

function addToRows(rows: Float32Array, row: Float32Array): Float32Array {
  return rows.map((value, index) => value + at(row, index % row.length));
}

function columnMoments(rows: Float32Array, columns: number) {
  const means = new Float32Array(columns);
  const deviations = new Float32Array(columns);
  const count = rows.length / columns;
  for (const [index, value] of rows.entries())
    means[index % columns] = at(means, index % columns) + value / count;
  for (const [index, value] of rows.entries()) {
    const column = index % columns;
    deviations[column] = at(deviations, column) + (value - at(means, column)) ** 2 / count;
  }
  return { means, deviations: deviations.map(Math.sqrt) };
}

/** The directions v with the largest vᵀ S_b v at vᵀ S_w v = 1. */
function discriminants(
  hidden: Float32Array,
  means: Float32Array,
  perPerson: number,
): readonly (readonly number[])[] {
  const persons = averageRows(hidden, perPerson);
  const within = covariance(
    hidden.map((value, index) => {
      const person = Math.floor(index / (hiddenSize * perPerson));
      return value - at(persons, person * hiddenSize + (index % hiddenSize));
    }),
  );
  const between = covariance(persons.map((value, index) => value - at(means, index % hiddenSize)));
  const whitening = symmetricEigenPairs(withRidge(within)).map(({ value, vector }) =>
    vector.map((entry) => entry / Math.sqrt(value)),
  );
  const whitened = whitening.map((vector) => transform(between, vector));
  const ratio = matrixOf(hiddenSize, (row, column) => inner(whitening[row], whitened[column]));
  return symmetricEigenPairs(ratio)
    .slice(0, embeddingSize)
    .map((pair) => unwhiten(pair, whitening));
}

function unwhiten(
  { vector }: EigenPair,
  whitening: readonly (readonly number[])[],
): readonly number[] {
  return Array.from({ length: hiddenSize }, (_, place) =>
    vector.reduce((sum, share, index) => sum + share * (whitening[index]?.[place] ?? 0), 0),
  );
}

/** The mean of each so many rows. */
function averageRows(rows: Float32Array, together: number): Float32Array {
  const averages = new Float32Array(rows.length / together);
  for (const [index, value] of rows.entries()) {
    const place = Math.floor(index / (hiddenSize * together)) * hiddenSize + (index % hiddenSize);
    averages[place] = at(averages, place) + value / together;
  }
  return averages;
}

/** Mean of the outer products of rows of mean 0. */
function covariance(rows: Float32Array): SquareMatrix {
  const entries = new Float64Array(hiddenSize * hiddenSize);
  const count = rows.length / hiddenSize;
  for (let start = 0; start < rows.length; start += hiddenSize) {
    for (let row = 0; row < hiddenSize; row += 1) {
      const factor = at(rows, start + row) / count;
      for (let column = 0; column < hiddenSize; column += 1) {
        const index = row * hiddenSize + column;
        entries[index] = (entries[index] ?? 0) + factor * at(rows, start + column);
      }
    }
  }
  return { size: hiddenSize, entries };
}

function withRidge(matrix: SquareMatrix): SquareMatrix {
  const { size, entries } = matrix;
  const diagonal = entries.filter((_, index) => index % (size + 1) === 0);
  const added = (ridge * diagonal.reduce((sum, value) => sum + value, 0)) / size;
  return {
    size,
    entries: entries.map((value, index) => (index % (size + 1) === 0 ? value + added : value)),
  };
}

function transform({ size, entries }: SquareMatrix, vector: readonly number[]): readonly number[] {
  return Array.from({ length: size }, (_, row) =>
    vector.reduce((sum, value, column) => sum + value * (entries[row * size + column] ?? 0), 0),
  );
}

function inner(first: readonly number[] = [], second: readonly number[] = []): number {
  return first.reduce((sum, value, index) => sum + value * (second[index] ?? 0), 0);
}
