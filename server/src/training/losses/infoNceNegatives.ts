import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { cosines, unitVectors } from './unitVectors.ts';

const options = z.strictObject({
  temperature: z
    .number()
    .positive()
    .default(0.1)
    .describe('τ: what the cosines are divided by. 1/τ also multiplies the gradient.'),
});

/** −log e^{s⁺/τ} / (e^{s⁺/τ} + Σ_k e^{s⁻_k/τ}) with cosines s, mean over the batch (seed 002, plan C). */
export const infoNceNegatives: Loss<
  z.infer<typeof options>,
  'features' | 'positive' | 'negatives'
> = {
  name: 'info-nce-negatives',
  description:
    'Each sample is to find its positive among negatives of its own. A model that knows nothing has log(K + 1) with K negatives.',
  source: 'He et al. (MoCo), CVPR 2020, eq. 1.',
  trap: 'A random negative may be the same identity as the positive. Its gradient grows with 1/τ, so a schedule of its weight has to change with τ.',
  inputs: {
    features: { meaning: 'Vectors of any length.', shape: ['batch', 'features'] },
    positive: { meaning: 'What each should be close to.', shape: ['batch', 'features'] },
    negatives: {
      meaning: 'What each should be far from.',
      shape: ['batch', 'negatives', 'features'],
    },
  },
  options,
  example: {
    inputs: {
      features: [[0.6, 0.8]],
      positive: [[1, 0]],
      negatives: [
        [
          [3, 4],
          [0, 5],
        ],
      ],
    },
    options: { temperature: 1 },
    value: Math.log(1 + Math.exp(0.4) + Math.exp(0.2)),
  },
  create: (tf, { temperature }) => ({
    compute({ features, positive, negatives }) {
      const own = tf.expandDims(unitVectors(tf, features), 1);
      const apart = tf.sum(tf.mul(own, unitVectors(tf, negatives)), -1);
      const together = tf.expandDims(cosines(tf, features, positive), 1);
      const logits = tf.div(tf.concat([together, apart], 1), temperature);
      return tf.mean(tf.neg(tf.slice(tf.logSoftmax(logits), [0, 0], [-1, 1])));
    },
    dispose: () => undefined,
  }),
};
