import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Loss } from '../loss.ts';
import type { Tf } from '../task.ts';
import { cosines } from './unitVectors.ts';

/** 1 − cos(−∇L_feat, ∇sim), mean over the batch (seed 002, plan D, put right). */
export const guidanceConsistency: Loss<
  Record<string, never>,
  'lossGradient' | 'similarityGradient'
> = {
  name: 'guidance-consistency',
  description:
    'Whether descending the feature loss in training and climbing the similarity in sampling move a sample the same way: 0 for the same way, 2 for opposite ones.',
  source: 'Our own form of training that agrees with guidance as in Chung et al. (DPS), ICLR 2023.',
  trap: 'The tempting |∇L_feat − ∇sim| is wrong: as L_feat falls where sim rises, it is 2|∇sim|, and minimising it drives the feature gradient to zero. With L_feat = 1 − sim the right form is 0 by nature. To train on it the two gradients have to be differentiable themselves (a second backward pass).',
  inputs: {
    lossGradient: {
      meaning: 'Gradient of the feature loss by the sample.',
      shape: ['batch', '...'],
    },
    similarityGradient: {
      meaning: 'Gradient of the similarity by the sample.',
      shape: ['batch', '...'],
    },
  },
  options: z.strictObject({}),
  example: {
    inputs: {
      lossGradient: [
        [-1, 0],
        [0, 2],
      ],
      similarityGradient: [
        [2, 0],
        [0, 1],
      ],
    },
    value: 1,
  },
  create: (tf) => ({
    compute({ lossGradient, similarityGradient }) {
      const [descent, ascent] = [tf.neg(lossGradient), similarityGradient];
      return tf.mean(tf.sub(1, cosines(tf, toRows(tf, descent), toRows(tf, ascent))));
    },
    dispose: () => undefined,
  }),
};

function toRows(tf: Tf, x: tfc.Tensor): tfc.Tensor {
  return tf.reshape(x, [x.shape[0] ?? 1, -1]);
}
