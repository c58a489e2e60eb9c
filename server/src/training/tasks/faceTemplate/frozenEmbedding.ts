import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../../../base/disposable.ts';
import type { Tf } from '../../task.ts';
import type { DenseMatrix } from '../denseMatrix.ts';
import type { EmbeddingWeights } from './fitEmbedding.ts';
import { throughUnit } from './throughUnit.ts';

/** What the network makes of pictures on the way to their embeddings. */
export interface Embedded {
  /** tanh features, [batch, hidden]. */
  readonly hidden: tfc.Tensor2D;
  /** Embeddings before they are brought to length 1, [batch, embedding]. */
  readonly raw: tfc.Tensor2D;
}

/** A recognition network that is never trained; gradients flow through it to the picture. */
export interface FrozenEmbedding extends Disposable {
  /** [batch, pixels] → embeddings. */
  embed(pictures: tfc.Tensor2D): Embedded;
  /**
   * The gradient by the pictures of a figure whose gradient by the raw embeddings is given: Jᵀ c,
   * [batch, embedding] → [batch, pixels]. Written out, so that it can be differentiated itself by an
   * ordinary backward pass, and guides a sampler without a tape.
   */
  pullBack(embedded: Embedded, gradient: tfc.Tensor2D): tfc.Tensor2D;
  /** The gradient by each picture of the cosine of its embedding and its template. [batch, pixels] */
  similarityGradient(embedded: Embedded, templates: tfc.Tensor2D): tfc.Tensor2D;
}

export function createFrozenEmbedding(tf: Tf, weights: EmbeddingWeights): FrozenEmbedding {
  const matrix = ({ rows, columns, values }: DenseMatrix): tfc.Tensor2D =>
    tf.keep(tf.tensor2d(values, [rows, columns]));
  const [first, second] = [matrix(weights.first), matrix(weights.second)];
  const firstBias = tf.keep(tf.tensor1d(weights.firstBias));
  const secondBias = tf.keep(tf.tensor1d(weights.secondBias));
  const pullBack: FrozenEmbedding['pullBack'] = ({ hidden }, gradient) => {
    const slope = tf.sub(1, tf.square(hidden));
    const atHidden = tf.matMul(gradient, second, false, true);
    return tf.matMul(tf.mul<tfc.Tensor2D>(atHidden, slope), first, false, true);
  };
  return {
    embed(pictures) {
      const hidden = tf.tanh(tf.add<tfc.Tensor2D>(tf.matMul(pictures, first), firstBias));
      return { hidden, raw: tf.add<tfc.Tensor2D>(tf.matMul(hidden, second), secondBias) };
    },
    pullBack,
    similarityGradient: (embedded, templates) =>
      // ∂cos(e, t)/∂u = t for templates of length 1.
      pullBack(embedded, throughUnit(tf, embedded.raw, templates)),
    dispose: () => tf.dispose([first, second, firstBias, secondBias]),
  };
}
