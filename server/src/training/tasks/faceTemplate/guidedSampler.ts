import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../../task.ts';
import type { FaceDenoiser } from './faceDenoiser.ts';
import type { FrozenEmbedding } from './frozenEmbedding.ts';

export interface SamplerOptions {
  readonly steps: number;
  /** σ of the first and of the last step. */
  readonly highest: number;
  readonly lowest: number;
  /** s: how much the similarity counts beside the denoiser; 0 for not at all. */
  readonly guidanceScale: number;
}

/** What a sampler needs; `noise` is N(0, 1), [batch, pixels]. */
export interface SamplerParts {
  readonly denoiser: FaceDenoiser;
  readonly embedding: FrozenEmbedding;
  /** The mean picture and σ_data of the denoiser. */
  readonly center: tfc.Tensor1D;
  readonly deviation: number;
  readonly templates: tfc.Tensor2D;
  readonly noise: tfc.Tensor2D;
}

/** ρ of Karras et al., which takes shorter steps at lower noise. */
const warp = 7;

/** Falling levels from the highest to the lowest (Karras et al. 2022, eq. 5), without the 0 after them. */
export function samplerLevels({ steps, highest, lowest }: SamplerOptions): readonly number[] {
  const [first, last] = [highest ** (1 / warp), lowest ** (1 / warp)];
  return Array.from(
    { length: steps },
    (_, index) => (first + (index / Math.max(1, steps - 1)) * (last - first)) ** warp,
  );
}

/**
 * Pictures from noise by the deterministic sampler of DDIM (Song et al., ICLR 2021, η = 0), which in
 * terms of σ is Euler's method on dx/dσ = (x − x̂)/σ (Karras et al. 2022, §3). Given x, the picture is
 * about N(x̂, v I) with v = σ²σ_data²/(σ² + σ_data²); weighing that by exp(s · similarity) moves its
 * mean by s v ∇similarity, which is taken at x̂, the picture that F was made for. The gradient does
 * not go on through the denoiser, as it would in Chung et al. (DPS), ICLR 2023.
 */
export function sampleFaces(
  tf: Tf,
  { denoiser, embedding, center, deviation, templates, noise }: SamplerParts,
  options: SamplerOptions,
): tfc.Tensor2D {
  const levels = samplerLevels(options);
  // A picture under that much noise lies about the mean picture: at σ = 2 the mean is no small part.
  const start = tf.add<tfc.Tensor2D>(center, tf.mul(noise, levels[0] ?? 1));
  return levels.reduce<tfc.Tensor2D>((pictures, level, index) => {
    const column = tf.fill<tfc.Rank.R2>([pictures.shape[0], 1], level);
    const denoised = denoiser.apply({ pictures, levels: column, templates });
    const variance = (level ** 2 * deviation ** 2) / (level ** 2 + deviation ** 2);
    const pull = options.guidanceScale * variance;
    const guided =
      pull === 0
        ? denoised
        : tf.add<tfc.Tensor2D>(
            denoised,
            tf.mul(embedding.similarityGradient(embedding.embed(denoised), templates), pull),
          );
    const kept = (levels[index + 1] ?? 0) / level;
    return tf.add<tfc.Tensor2D>(tf.mul(guided, 1 - kept), tf.mul(pictures, kept));
  }, start);
}
