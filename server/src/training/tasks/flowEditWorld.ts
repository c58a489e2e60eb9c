import { createRandom, type Random } from '../../base/random.ts';

/** Sizes of the generated world. */
export const latentSize = 8;
export const conditionSize = 4;
export const viewSize = 16;
export const imageSize = 64;
const imageHiddenSize = 24;

/** The world is the data set: it stays the same whatever the seed of a run. */
const worldSeed = 2026;
const observationNoise = 0.02;

/** A matrix, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Pairs of a source and its edited target; each field is [batch, size], row by row. */
export interface EditPairs {
  /** What the reconstructor sees of source and target. */
  readonly sourceView: Float32Array;
  readonly targetView: Float32Array;
  /** The edit that is asked for: the environment of seed 001. */
  readonly condition: Float32Array;
  /** The target as it must be rendered, within [0, 1]. */
  readonly image: Float32Array;
}

export interface FlowEditWorld {
  /** Turns a view into a latent: the reconstructor, frozen as if pretrained. [view, latent] */
  readonly reconstructor: Matrix;
  drawPairs(random: Random, count: number): EditPairs;
}

/**
 * The world of science.md §5 E1: a latent x₀ ~ N(0, I₈) and an edit e ~ N(0, I₄) give the target
 * x₁ = x₀ + e A + sin(1.5 x₀ B). A picture of it is σ(2 tanh((x₁ ⊙ s) R₁) R₂), with s falling from
 * 10^0.5 to 10⁻¹ so that rendering depends on few latent dimensions. Views are x P with orthonormal
 * rows of P and a little noise, so that Pᵀ is the exact reconstructor.
 */
export function createFlowEditWorld(): FlowEditWorld {
  const random = createRandom(worldSeed, 'flow-edit world');
  const edit = gaussianMatrix(random, conditionSize, latentSize, 1 / Math.sqrt(conditionSize));
  const bend = gaussianMatrix(random, latentSize, latentSize, 1 / Math.sqrt(latentSize));
  const first = gaussianMatrix(random, latentSize, imageHiddenSize, 1 / Math.sqrt(latentSize));
  const second = gaussianMatrix(random, imageHiddenSize, imageSize, 2 / Math.sqrt(imageHiddenSize));
  const projection = orthonormalRows(gaussianMatrix(random, latentSize, viewSize, 1));
  const scales = Float32Array.from(
    { length: latentSize },
    (_, index) => 10 ** (0.5 - (1.5 * index) / (latentSize - 1)),
  );
  const render = (latents: Float32Array): Float32Array => {
    const scaled = latents.map((value, index) => value * (scales[index % latentSize] ?? 1));
    return multiply(multiply(scaled, first).map(Math.tanh), second).map(sigmoid);
  };
  return {
    reconstructor: transpose(projection),
    drawPairs(draws, count) {
      const source = normals(draws, count * latentSize);
      const condition = normals(draws, count * conditionSize);
      const shift = multiply(condition, edit);
      const bent = multiply(source, bend).map((value) => Math.sin(1.5 * value));
      const target = source.map((value, index) => value + at(shift, index) + at(bent, index));
      const observe = (latents: Float32Array): Float32Array =>
        multiply(latents, projection).map((value) => value + observationNoise * draws.normal());
      return {
        sourceView: observe(source),
        targetView: observe(target),
        condition,
        image: render(target),
      };
    },
  };
}

function normals(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal());
}

function gaussianMatrix(random: Random, rows: number, columns: number, deviation: number): Matrix {
  const values = normals(random, rows * columns).map((value) => value * deviation);
  return { rows, columns, values };
}

/** [batch, rows] times [rows, columns]. */
function multiply(left: Float32Array, { rows, columns, values }: Matrix): Float32Array {
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

function transpose({ rows, columns, values }: Matrix): Matrix {
  const turned = Float32Array.from({ length: values.length }, (_, index) =>
    at(values, (index % rows) * columns + Math.floor(index / rows)),
  );
  return { rows: columns, columns: rows, values: turned };
}

/** Gram–Schmidt on the rows. */
function orthonormalRows({ rows, columns, values }: Matrix): Matrix {
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

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function at(values: Float32Array, index: number): number {
  return values[index] ?? Number.NaN;
}
