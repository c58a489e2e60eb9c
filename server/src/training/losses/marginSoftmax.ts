import type * as tfc from '@tensorflow/tfjs-core';

import type { Loss, LossInput } from '../loss.ts';
import { extentOf } from '../lossShapes.ts';
import type { Tf } from '../task.ts';
import { classTargets, surprise } from './classTargets.ts';
import { unitVectors } from './unitVectors.ts';

type Inputs = 'features' | 'centers' | 'labels';

/** What the losses that widen an angular margin are given. */
export const marginInputs: Readonly<Record<Inputs, LossInput>> = {
  features: { meaning: 'Embeddings, of any length.', shape: ['batch', 'features'] },
  centers: {
    meaning: 'A direction for each class, the weights of the last layer, of any length.',
    shape: ['classes', 'features'],
  },
  labels: { meaning: 'Classes, from 0.', shape: ['batch'], constant: true },
};

/**
 * Softmax cross entropy of s cos θ, mean over the batch, where the cosine of the true class is first made
 * smaller by `widen` [batch, 1] → [batch, 1]. What stands in that place of the logits is exact, and
 * so is its gradient.
 */
export function marginSoftmax(
  scale: number,
  widen: (tf: Tf, cosine: tfc.Tensor) => tfc.Tensor,
): Loss<unknown, Inputs>['create'] {
  return (tf, _options, dimensions) => ({
    compute({ features, centers, labels }) {
      const cosines = tf.matMul(unitVectors(tf, features), unitVectors(tf, centers), false, true);
      const rows = classTargets(tf, labels, extentOf(dimensions, 'classes'));
      const own = tf.sum(tf.mul(rows, cosines), 1, true);
      const moved = tf.add(cosines, tf.mul(rows, tf.sub(widen(tf, own), own)));
      return tf.mean(surprise(tf, rows, tf.mul(moved, scale)));
    },
    dispose: () => undefined,
  });
}
