import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../task.ts';

/**
 * For each index a row of zeros with a 1 there; zeros alone for an index out of range. Made of
 * integers first: WebAssembly's kernel writes the bits of the integer 1 into a row of floats.
 */
export function hotRows(tf: Tf, indices: tfc.Tensor, width: number): tfc.Tensor {
  return tf.cast(tf.oneHot(tf.cast(indices, 'int32'), width), 'float32');
}
