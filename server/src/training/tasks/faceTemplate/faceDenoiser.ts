import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../../../base/disposable.ts';
import type { Random } from '../../../base/random.ts';
import { createMultilayerPerceptron } from '../../networks/multilayerPerceptron.ts';
import type { Tf } from '../../task.ts';

/** What a denoiser is made for. */
export interface DenoiserSetup {
  /** The mean picture. */
  readonly center: Float32Array;
  /** σ_data: root mean square of what pictures deviate from it. */
  readonly deviation: number;
  readonly templateSize: number;
  /** Units of the two hidden layers. */
  readonly width: number;
}

/** Noisy pictures and what is known of them. */
export interface Noisy {
  /** x₀ + σ ε, [batch, pixels]. */
  readonly pictures: tfc.Tensor2D;
  /** σ, [batch, 1]. */
  readonly levels: tfc.Tensor2D;
  /** Of length 1, [batch, template]. */
  readonly templates: tfc.Tensor2D;
}

export interface FaceDenoiser extends Disposable {
  readonly trunk: readonly tfc.Variable[];
  readonly head: readonly tfc.Variable[];
  /** x̂ = f_θ(x₀ + σ ε, template, σ), [batch, pixels]. */
  apply(noisy: Noisy): tfc.Tensor2D;
}

/** ln σ and c_skip. */
const levelFeatures = 2;

/**
 * x̂ = μ + c_skip (x − μ) + c_out N(c_in (x − μ), √D t, ln σ, c_skip) with the coefficients of Karras
 * et al. (EDM), NeurIPS 2022, table 1, about the mean picture μ: at a small σ the network only has to
 * mend the noise, at a large one it has to make the picture.
 */
export function createFaceDenoiser(
  tf: Tf,
  { center, deviation, templateSize, width }: DenoiserSetup,
  random: Random,
): FaceDenoiser {
  const pixels = center.length;
  const sizes = [pixels + templateSize + levelFeatures, width, width, pixels];
  const network = createMultilayerPerceptron(tf, sizes, random);
  const middle = tf.keep(tf.tensor1d(center));
  const spread = deviation ** 2;
  return {
    trunk: network.layers.slice(0, -1).flat(),
    head: network.layers.at(-1) ?? [],
    apply({ pictures, levels, templates }) {
      const variance = tf.add<tfc.Tensor2D>(tf.square(levels), spread);
      const skip = tf.div<tfc.Tensor2D>(spread, variance);
      const inverseRoot = tf.rsqrt(variance);
      const deviating = tf.sub<tfc.Tensor2D>(pictures, middle);
      const seen = [
        tf.mul<tfc.Tensor2D>(inverseRoot, deviating),
        tf.mul<tfc.Tensor2D>(templates, Math.sqrt(templateSize)),
        tf.log(levels),
        skip,
      ];
      const made = network.apply(tf.concat2d(seen, 1));
      const out = tf.mul(tf.mul(levels, deviation), inverseRoot);
      const corrected = tf.add(tf.mul(skip, deviating), tf.mul(out, made));
      return tf.add<tfc.Tensor2D>(middle, corrected);
    },
    dispose() {
      network.dispose();
      middle.dispose();
    },
  };
}
