import type { Loss } from '../loss.ts';

/** The mean over batch and width of (prediction − target)². */
export const meanSquaredError: Loss = {
  name: 'mean-squared-error',
  description: 'Mean squared difference over all elements.',
  example: {
    prediction: [
      [1, 2],
      [3, 4],
    ],
    target: [
      [1, 0],
      [3, 2],
    ],
    value: 2,
  },
  create: (tf) => ({
    compute: (prediction, target) => tf.mean(tf.squaredDifference(prediction, target)),
    dispose: () => undefined,
  }),
};
