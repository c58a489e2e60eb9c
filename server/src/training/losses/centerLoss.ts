import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { extentOf } from '../lossShapes.ts';
import { classTargets } from './classTargets.ts';
import { unitVectors } from './unitVectors.ts';

const options = z.strictObject({
  length: z
    .enum(['free', 'unit'])
    .default('free')
    .describe('Whether features and centers are compared as they are, or brought to length 1.'),
});

/** ½ |f − c_y|², mean over the batch. */
export const centerLoss: Loss<z.infer<typeof options>, 'features' | 'centers' | 'labels'> = {
  name: 'center',
  description: 'Half the squared distance of features from the center of their class.',
  source: 'Wen et al., ECCV 2016, eq. 2 (there the sum over the batch).',
  trap: "The centers are an input, so that the loss stays pure: a task keeps them, either as parameters, or moved by the paper's own rule, eq. 4 (rate 0.5, mean over the samples of a class), and then detached. Centers at the mercy of the model's own learning rate lag behind. Free lengths let features shrink to please it.",
  inputs: {
    features: { meaning: 'Embeddings.', shape: ['batch', 'features'] },
    centers: { meaning: 'A center for each class.', shape: ['classes', 'features'] },
    labels: { meaning: 'Classes, from 0.', shape: ['batch'], constant: true },
  },
  options,
  example: {
    inputs: {
      features: [
        [1, 2],
        [0, 0],
      ],
      centers: [
        [0, 0],
        [3, 2],
      ],
      labels: [1, 0],
    },
    value: 1,
  },
  create: (tf, { length }, dimensions) => ({
    compute({ features, centers, labels }) {
      const rows = classTargets(tf, labels, extentOf(dimensions, 'classes'));
      const own = tf.matMul(rows, length === 'unit' ? unitVectors(tf, centers) : centers);
      const compared = length === 'unit' ? unitVectors(tf, features) : features;
      return tf.mul(0.5, tf.mean(tf.sum(tf.squaredDifference(compared, own), 1)));
    },
    dispose: () => undefined,
  }),
};
