import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { binarySurprise } from './binarySurprise.ts';
import { focus } from './focus.ts';

const options = z.strictObject({
  gamma: z
    .number()
    .min(0)
    .default(2)
    .describe('How strongly elements that fit already are weighed down.'),
  alpha: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(0.25)
    .describe('Factor of the positives; the negatives have 1 − α. Null for no factors.'),
  normalize_by: z
    .enum(['elements', 'positives'])
    .default('elements')
    .describe(
      'What the sum is divided by: all elements, or the positives (as RetinaNet does), at least 1.',
    ),
});

/** α_t (1 − p_t)^γ (−log p_t) of each logit on its own. */
export const sigmoidFocal: Loss<z.infer<typeof options>, 'logits' | 'targets'> = {
  name: 'sigmoid-focal',
  description:
    'Binary cross entropy that weighs well-fitted elements down, for labels that do not exclude each other.',
  source: 'Lin et al., ICCV 2017, eq. 5; torchvision.ops.sigmoid_focal_loss.',
  trap: 'α 0.25 makes the positives count less, not more: it was found together with γ 2, which does the balancing. A mean over elements shrinks with the number of negatives; the paper divides by the positives.',
  inputs: {
    logits: { meaning: 'Scores before the sigmoid.', shape: ['batch', '...'] },
    targets: { meaning: 'Between 0 and 1.', shape: ['batch', '...'], constant: true },
  },
  options,
  example: {
    inputs: { logits: [[0, 0]], targets: [[1, 0]] },
    value: ((0.25 + 0.75) * 0.25 * Math.log(2)) / 2,
  },
  create: (tf, { gamma, alpha, normalize_by }) => ({
    compute({ logits, targets }) {
      const positive = tf.cast(targets, 'float32');
      const negative = tf.sub(1, positive);
      // 1 − p_t is σ(−z) of the positives and σ(z) of the negatives: neither cancels.
      const rest = tf.add(
        tf.mul(positive, tf.sigmoid(tf.neg(logits))),
        tf.mul(negative, tf.sigmoid(logits)),
      );
      const terms = tf.mul(focus(tf, rest, gamma), binarySurprise(tf, logits, positive));
      const weighted =
        alpha === null
          ? terms
          : tf.mul(terms, tf.add(tf.mul(positive, alpha), tf.mul(negative, 1 - alpha)));
      if (normalize_by === 'elements') return tf.mean(weighted);
      return tf.div<tfc.Scalar>(tf.sum(weighted), tf.maximum(tf.sum(positive), 1));
    },
    dispose: () => undefined,
  }),
};
