import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Loss } from '../loss.ts';
import type { Tf } from '../task.ts';
import { surprise } from './classTargets.ts';
import { unitVectors } from './unitVectors.ts';

const options = z.strictObject({
  temperature: z
    .number()
    .positive()
    .default(0.1)
    .describe('τ: what the cosines are divided by. 1/τ also multiplies the gradient.'),
  direction: z
    .enum(['queries', 'both'])
    .default('queries')
    .describe(
      'Whether queries look for their key only, or keys for their query as well (mean of both).',
    ),
});

/** −log of the softmax over keys of cos(q_i, k_j)/τ at j = i, mean over the queries. */
export const infoNce: Loss<z.infer<typeof options>, 'queries' | 'keys'> = {
  name: 'info-nce',
  description:
    'Each query is to find its own key among those of the batch. A model that knows nothing has log N with a batch of N.',
  source: 'van den Oord et al., 2018, eq. 4; both directions as in Radford et al. (CLIP), 2021.',
  trap: 'Its value depends on the batch (chance is log N) and its gradient on 1/τ: τ 0.05 in place of 0.2 is four times the weight. Other samples of the same class in the batch are counted as negatives.',
  inputs: {
    queries: { meaning: 'Vectors of any length.', shape: ['batch', 'features'] },
    keys: { meaning: 'The positive of the query in the same row.', shape: ['batch', 'features'] },
  },
  options,
  example: {
    inputs: {
      queries: [
        [1, 0],
        [0.6, 0.8],
      ],
      keys: [
        [0.8, 0.6],
        [0, 1],
      ],
    },
    value: 0.8921181,
  },
  create: (tf, { temperature, direction }) => ({
    compute({ queries, keys }) {
      const [rows, columns] = [unitVectors(tf, queries), unitVectors(tf, keys)];
      const logits = tf.div(tf.matMul(rows, columns, false, true), temperature);
      const forth = ownSurprise(tf, logits);
      if (direction === 'queries') return forth;
      return tf.mul(0.5, tf.add(forth, ownSurprise(tf, tf.transpose(logits))));
    },
    dispose: () => undefined,
  }),
};

function ownSurprise(tf: Tf, logits: tfc.Tensor): tfc.Scalar {
  return tf.mean(surprise(tf, tf.eye(logits.shape[0] ?? 1), logits));
}
