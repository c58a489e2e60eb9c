import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Loss } from '../loss.ts';
import type { Tf } from '../task.ts';

const options = z.strictObject({
  over: z
    .enum(['samples', 'batch'])
    .default('batch')
    .describe(
      'Whose entropy is to be large: that of every sample (each uses all gates), or that of the mean gate of the batch (all gates are used by someone).',
    ),
});

/**
 * log M − H of softmax gates, in nats: 0 where all M gates are open equally. Seed 003 names a gate
 * regularisation without a formula; this is ours.
 */
export const gateEntropy: Loss<z.infer<typeof options>, 'logits'> = {
  name: 'gate-entropy',
  description: 'How far fusion gates are from being used equally: 0 to log M with M gates.',
  source: 'Our own form; balance over the batch in the sense of Shazeer et al., ICLR 2017, §4.',
  trap: 'Asking every sample for open gates works against the gates choosing at all; what is wanted is mostly that none of them dies, which is a matter of the batch. p log p is taken as 0 at p = 0, where code with log p gives NaN.',
  inputs: {
    logits: { meaning: 'Scores of the gates before the softmax.', shape: ['batch', 'gates'] },
  },
  options,
  example: {
    inputs: {
      logits: [
        [Math.log(3), 0],
        [0, Math.log(3)],
      ],
    },
    options: { over: 'samples' },
    value: Math.log(2) + 0.75 * Math.log(0.75) + 0.25 * Math.log(0.25),
  },
  create: (tf, { over }) => ({
    compute({ logits }) {
      const shares = tf.softmax(logits);
      const used = over === 'batch' ? tf.mean(shares, 0, true) : shares;
      const entropy = tf.mean(tf.sum(negativeEntropyTerms(tf, used), 1));
      return tf.add<tfc.Scalar>(entropy, Math.log(logits.shape[1] ?? 1));
    },
    dispose: () => undefined,
  }),
};

/** p log p, with the logarithm held where its value and slope are still finite. */
function negativeEntropyTerms(tf: Tf, shares: tfc.Tensor): tfc.Tensor {
  return tf.mul(shares, tf.log(tf.maximum(shares, 1e-30)));
}
