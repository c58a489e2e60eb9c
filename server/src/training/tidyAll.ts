import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from './task.ts';

/**
 * `tf.tidy` for results of any shape. TensorFlow.js walks whatever it is given for tensors to keep,
 * but its types know mutable containers only.
 */
export function tidyAll<T>(tf: Tf, make: () => T): T {
  return tf.tidy(make as () => tfc.TensorContainer) as T;
}
