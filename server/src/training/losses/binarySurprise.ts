import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../task.ts';

/** −[p y log σ(z) + (1−y) log(1−σ(z))], as p y softplus(−z) + (1−y) softplus(z): finite for every finite z. */
export function binarySurprise(
  tf: Tf,
  logits: tfc.Tensor,
  targets: tfc.Tensor,
  positives: tfc.Tensor | number = 1,
): tfc.Tensor {
  return tf.add(
    tf.mul(tf.mul(positives, targets), tf.softplus(tf.neg(logits))),
    tf.mul(tf.sub(1, targets), tf.softplus(logits)),
  );
}
