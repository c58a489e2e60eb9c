import { createRandom, type Random } from '../../../base/random.ts';
import {
  at,
  type DenseMatrix,
  gaussianMatrix,
  multiply,
  normals,
  orthonormalRows,
  transpose,
} from '../denseMatrix.ts';

/** Sizes of the generated world. */
export const latentSize = 8;
export const conditionSize = 4;
export const viewSize = 16;
export const imageSize = 64;
const imageHiddenSize = 24;

/** The world is the data set: it stays the same whatever the seed of a run. */
const worldSeed = 2026;
const observationNoise = 0.02;

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

export interface FlowEditWorldOptions {
  /**
   * c, within [0, 1]: every second latent dimension of the picture shows x₀ + (1 − 2c)(x₁ − x₀) in
   * place of x₁, so that at c = 1 the picture shows the edit undone where the velocity is asked to do it.
   */
  readonly conflict: number;
  /** a: the first latent dimension counts 10ᵃ times as much for the picture as the last. */
  readonly rendererAnisotropy: number;
}

export interface FlowEditWorld {
  /** Turns a view into a latent: the reconstructor, frozen as if pretrained. [view, latent] */
  readonly reconstructor: DenseMatrix;
  drawPairs(random: Random, count: number): EditPairs;
}

/**
 * The world of science.md §5 E1: a latent x₀ ~ N(0, I₈) and an edit e ~ N(0, I₄) give the target
 * x₁ = x₀ + e A + sin(1.5 x₀ B). A picture of it is σ(2 tanh((x₁ ⊙ s) R₁) R₂), with s falling from
 * 10^0.5 by a decades, 1.5 by default, so that rendering depends on few latent dimensions. Views are
 * x P with orthonormal rows of P and a little noise, so that Pᵀ is the exact reconstructor.
 */
export function createFlowEditWorld({
  conflict,
  rendererAnisotropy,
}: FlowEditWorldOptions): FlowEditWorld {
  const random = createRandom(worldSeed, 'flow-edit world');
  const edit = gaussianMatrix(random, conditionSize, latentSize, 1 / Math.sqrt(conditionSize));
  const bend = gaussianMatrix(random, latentSize, latentSize, 1 / Math.sqrt(latentSize));
  const first = gaussianMatrix(random, latentSize, imageHiddenSize, 1 / Math.sqrt(latentSize));
  const second = gaussianMatrix(random, imageHiddenSize, imageSize, 2 / Math.sqrt(imageHiddenSize));
  const projection = orthonormalRows(gaussianMatrix(random, latentSize, viewSize, 1));
  const scales = Float32Array.from(
    { length: latentSize },
    (_, index) => 10 ** (0.5 - (rendererAnisotropy * index) / (latentSize - 1)),
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
        image: render(conflict === 0 ? target : turnBack(source, target, conflict)),
      };
    },
  };
}

/**
 * What a picture shows under a conflict. A renderer is given the edited latents alone, so that it cannot
 * make up for the difference: the render loss pulls at the velocity instead.
 */
function turnBack(source: Float32Array, target: Float32Array, conflict: number): Float32Array {
  return target.map((value, index) => {
    const before = at(source, index);
    return index % 2 === 0 ? before + (1 - 2 * conflict) * (value - before) : value;
  });
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
