import type * as tfc from '@tensorflow/tfjs-core';

import type { Optimizer } from '../optimizer.ts';
import { adaptiveDirection, momentScalars, momentSlots } from './adaptiveMoments.ts';
import { atGroupRates, penalisedGradient, scalarNamed } from './updateParts.ts';

/** Adam (Kingma & Ba, ICLR 2015), with weight decay as an L2 penalty as in torch.optim.Adam. */
export const adam: Optimizer = {
  name: 'adam',
  description: 'Adam, with weight decay as an L2 penalty within the gradient.',
  example: {
    plan: { learningRate: 0.1 },
    gradients: [1, 1, -2],
    updates: [-0.1, -0.1, 0.0075649],
  },
  slots: momentSlots,
  scalars: momentScalars,
  update(tf, input) {
    const gradient = penalisedGradient(tf, input);
    const { direction, slots } = adaptiveDirection(tf, input, gradient);
    const update = tf.mul<tfc.Tensor1D>(direction, scalarNamed(input, 'stepSize'));
    return { update: atGroupRates(tf, input, update), slots };
  },
};
