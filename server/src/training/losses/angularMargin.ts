import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import { detach } from '../detach.ts';
import type { Loss } from '../loss.ts';
import type { Tf } from '../task.ts';
import { hotRows } from './hotRows.ts';
import { cosines, unitVectors } from './unitVectors.ts';

const options = z.strictObject({
  margin: z
    .number()
    .min(0)
    .max(2)
    .default(0.35)
    .describe('By how much the cosine with the template has to exceed the largest of a negative.'),
});

/** max(0, m + max_k cos(f, n_k) − cos(f, t)), mean over the batch (seed 002, plan A, put right). */
export const angularMargin: Loss<z.infer<typeof options>, 'features' | 'template' | 'negatives'> = {
  name: 'angular-margin',
  description: 'Triplet hinge of cosines, with the hardest of the negatives.',
  source:
    'The hinge of Schroff et al. (FaceNet), CVPR 2015, eq. 1, of cosines in place of distances.',
  trap: 'A normalisation along axis 1, right for [batch, features], is that over the negatives for [batch, negatives, features]: with one negative of 512 features such "cosines" reach ±√512. Here it is always the axis of the features. Without the hinge the margin would have no gradient and the loss could be negative. Only the hardest negative gets a gradient; of equals the first, where TensorFlow.js gives each of them all of it.',
  inputs: {
    features: { meaning: 'Embeddings of what was made.', shape: ['batch', 'features'] },
    template: { meaning: 'What each should be close to.', shape: ['batch', 'features'] },
    negatives: {
      meaning: 'What each should be far from.',
      shape: ['batch', 'negatives', 'features'],
    },
  },
  options,
  example: {
    inputs: {
      features: [[0.6, 0.8]],
      template: [[1, 0]],
      negatives: [
        [
          [3, 4],
          [0, 5],
        ],
      ],
    },
    value: 0.75,
  },
  create: (tf, { margin }) => ({
    compute({ features, template, negatives }) {
      const own = tf.expandDims(unitVectors(tf, features), 1);
      const apart = tf.sum(tf.mul(own, unitVectors(tf, negatives)), -1);
      const excess = tf.sub(hardest(tf, apart), cosines(tf, features, template));
      return tf.mean(tf.relu(tf.add(excess, margin)));
    },
    dispose: () => undefined,
  }),
};

/** The largest of each row, with the gradient to the first of equals. */
function hardest(tf: Tf, rows: tfc.Tensor): tfc.Tensor {
  const place = tf.argMax(detach(tf, rows), 1);
  return tf.sum(tf.mul(rows, hotRows(tf, place, rows.shape[1] ?? 1)), 1);
}
