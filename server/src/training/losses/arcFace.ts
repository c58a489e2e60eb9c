import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Loss } from '../loss.ts';
import type { Tf } from '../task.ts';
import { isAbove } from './isAbove.ts';
import { marginInputs, marginSoftmax } from './marginSoftmax.ts';

const options = z.strictObject({
  scale: z.number().positive().default(64).describe('s: what the cosines are multiplied by.'),
  margin: z
    .number()
    .min(0)
    .max(Math.PI / 2)
    .default(0.5)
    .describe('m, in radians, added to the angle with the own center.'),
  beyond: z
    .enum(['continue', 'easy', 'wrap'])
    .default('continue')
    .describe(
      'Past θ = π − m cos(θ + m) would rise again: continue goes on falling with cos θ − m sin m; easy applies the margin only where cos θ > 0; wrap leaves it.',
    ),
});

type Options = z.infer<typeof options>;

/** Keeps the slope of sin θ = √(1 − cos²θ) finite at θ = 0 and π. */
const closest = 1 - 1e-7;

/** Softmax cross entropy of s cos(θ + m) for the true class and s cos θ for the others. */
export const arcFace: Loss<Options, 'features' | 'centers' | 'labels'> = {
  name: 'arcface',
  description: 'Softmax over cosines with a margin that is added to the angle of the true class.',
  source:
    'Deng et al., CVPR 2019, eq. 3; insightface recognition/arcface_torch/losses.py for the cases past π − m.',
  trap: 'insightface changes the cosine in place under no_grad: its gradient is that of s cos θ, not that of its own value, and fails every numeric check. Here it is exact, with cos θ held within ±(1 − 1e-7). A margin between a template and negatives is a triplet hinge and not this: see angular-margin.',
  inputs: marginInputs,
  options,
  example: {
    inputs: {
      features: [[1, 0]],
      centers: [
        [0.8, 0.6],
        [0.3, Math.sqrt(0.91)],
        [-0.1, Math.sqrt(0.99)],
      ],
      labels: [0],
    },
    value: 0.00066043,
  },
  create: (tf, given, dimensions) =>
    marginSoftmax(given.scale, (library, cosine) => widen(library, cosine, given))(
      tf,
      given,
      dimensions,
    ),
};

function widen(tf: Tf, own: tfc.Tensor, { margin, beyond }: Options): tfc.Tensor {
  const cosine = tf.clipByValue(own, -closest, closest);
  const sine = tf.sqrt(tf.mul(tf.sub(1, cosine), tf.add(1, cosine)));
  const turned = tf.sub(tf.mul(cosine, Math.cos(margin)), tf.mul(sine, Math.sin(margin)));
  if (beyond === 'wrap') return turned;
  if (beyond === 'easy') return tf.where(isAbove(tf, cosine, 0), turned, own);
  const further = tf.sub(cosine, margin * Math.sin(margin));
  return tf.where(isAbove(tf, cosine, -Math.cos(margin)), turned, further);
}
