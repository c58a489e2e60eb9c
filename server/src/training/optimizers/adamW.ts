import type * as tfc from '@tensorflow/tfjs-core';

import type { Optimizer } from '../optimizer.ts';
import { adaptiveDirection, momentScalars, momentSlots } from './adaptiveMoments.ts';
import { atGroupRates, decayTerm, scalarNamed } from './updateParts.ts';

/**
 * AdamW (Loshchilov & Hutter, ICLR 2019, algorithm 2, as in torch.optim.AdamW): the parameters
 * shrink by η λ θ beside the step of Adam, whatever the size of the gradients.
 */
export const adamW: Optimizer = {
  name: 'adamw',
  description: 'Adam with weight decay that is decoupled from the gradients.',
  example: {
    plan: { learningRate: 0.1, weightDecay: 0.5 },
    gradients: [1, 1, -2],
    updates: [-0.15, -0.1425, -0.0278101],
  },
  slots: momentSlots,
  scalars: (plan, step, learningRate, counting) => ({
    ...momentScalars(plan, step, learningRate, counting),
    decay: -learningRate,
  }),
  update(tf, input) {
    const { direction, slots } = adaptiveDirection(tf, input, input.gradient);
    const update = tf.mul<tfc.Tensor1D>(direction, scalarNamed(input, 'stepSize'));
    const decay = decayTerm(tf, input);
    const whole = decay
      ? tf.add<tfc.Tensor1D>(update, tf.mul(decay, scalarNamed(input, 'decay')))
      : update;
    return { update: atGroupRates(tf, input, whole), slots };
  },
};
