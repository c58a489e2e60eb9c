import type * as tfc from '@tensorflow/tfjs-core';

import type { Optimizer } from '../optimizer.ts';
import { atGroupRates, penalisedGradient, scalarNamed, slotAt } from './updateParts.ts';

/**
 * Stochastic gradient descent with heavy-ball momentum as in torch.optim.SGD: v ← μ v + g,
 * Δθ = −η v, where g has λ θ of the weight decay in it. Without momentum v is g itself.
 */
export const gradientDescent: Optimizer = {
  name: 'sgd',
  description: 'Stochastic gradient descent, with momentum where it is set and L2 weight decay.',
  example: {
    plan: { learningRate: 0.1, momentum: 0.5 },
    gradients: [1, 1, -2],
    updates: [-0.1, -0.15, 0.125],
  },
  slots: ({ momentum }) => (momentum === 0 ? [] : ['velocity']),
  scalars: (_plan, _step, learningRate) => ({ stepSize: -learningRate }),
  update(tf, input) {
    const { momentum } = input.plan;
    const gradient = penalisedGradient(tf, input);
    const velocity =
      momentum === 0
        ? gradient
        : tf.add<tfc.Tensor1D>(tf.mul(slotAt(input, 0), momentum), gradient);
    const update = tf.mul<tfc.Tensor1D>(velocity, scalarNamed(input, 'stepSize'));
    return {
      update: atGroupRates(tf, input, update),
      slots: momentum === 0 ? [] : [velocity],
    };
  },
};
