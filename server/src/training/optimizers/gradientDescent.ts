import type { Optimizer } from '../optimizer.ts';

/** Stochastic gradient descent without momentum. */
export const gradientDescent: Optimizer = {
  name: 'sgd',
  description: 'Plain stochastic gradient descent.',
  example: { gradients: [1, 1, -2], updates: [-0.1, -0.1, 0.2] },
  create: (tf, { learningRate }) => ({
    update: (gradient) => tf.mul(gradient, -learningRate),
    dispose: () => undefined,
  }),
};
