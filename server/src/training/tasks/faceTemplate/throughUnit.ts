import type * as tfc from '@tensorflow/tfjs-core';

import { unitVectors } from '../../losses/unitVectors.ts';
import type { Tf } from '../../task.ts';

/** Vectors shorter than this have no direction to be turned; their gradient is held finite. */
const shortest = 1e-4;

/**
 * The gradient by vectors e of what has the gradient g by their directions u = e/|e|:
 * (g − (g·u) u)/|e|, [batch, features].
 */
export function throughUnit(tf: Tf, vectors: tfc.Tensor2D, gradient: tfc.Tensor2D): tfc.Tensor2D {
  const unit = unitVectors(tf, vectors);
  const along = tf.sum(tf.mul(unit, gradient), 1, true);
  const across = tf.sub<tfc.Tensor2D>(gradient, tf.mul(along, unit));
  const squared = tf.sum(tf.square(vectors), 1, true);
  return tf.mul(across, tf.rsqrt(tf.maximum(squared, shortest ** 2)));
}
