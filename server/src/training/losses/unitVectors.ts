import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../task.ts';
import { isAbove } from './isAbove.ts';

/** Vectors shorter than this have no direction (the ε of torch's `cosine_similarity`). */
const shortest = 1e-8;

/**
 * The vectors along the last axis brought to length 1. A vector of length 0 stays 0 and gets no
 * gradient, where x/|x| has one of any size: such vectors are padding, or features that are dead.
 */
export function unitVectors<T extends tfc.Tensor>(tf: Tf, x: T): T {
  const squared = tf.sum(tf.square(x), -1, true);
  const floor = shortest ** 2;
  // The square root never sees 0, so that the branch that is not taken gives no NaN either.
  const unit = tf.mul<T>(x, tf.rsqrt(tf.maximum(squared, floor)));
  return tf.where(isAbove(tf, tf.broadcastTo(squared, x.shape), floor), unit, tf.zerosLike(x));
}

/** Cosines of vectors along the last axis with those at the same place. */
export function cosines(tf: Tf, first: tfc.Tensor, second: tfc.Tensor): tfc.Tensor {
  return tf.sum(tf.mul(unitVectors(tf, first), unitVectors(tf, second)), -1);
}
