import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../task.ts';

/** |x| with a slope of 0 at 0: that of `tf.abs` is −1 there. */
export function magnitude(tf: Tf, x: tfc.Tensor): tfc.Tensor {
  return tf.mul(x, tf.sign(x));
}
