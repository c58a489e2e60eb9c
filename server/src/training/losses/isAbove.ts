import type * as tfc from '@tensorflow/tfjs-core';

import { detach } from '../detach.ts';
import type { Tf } from '../task.ts';

/** Where x is above a bound, as a condition of `tf.where`: comparisons have no gradient in TensorFlow.js, not even 0. */
export function isAbove(tf: Tf, x: tfc.Tensor, bound: number): tfc.Tensor {
  return tf.greater(detach(tf, x), bound);
}
