import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../task.ts';

/**
 * (1 − p)^γ, given 1 − p. The base is kept off 0, where the slope of a power below 1 is infinite; it
 * is multiplied by a loss of the size of 1 − p, so that nothing is seen of it.
 */
export function focus(tf: Tf, rest: tfc.Tensor, gamma: number): tfc.Tensor {
  return tf.pow(tf.maximum(rest, 1e-12), gamma);
}
