import { z } from 'zod';

import type { Loss } from '../loss.ts';

/** The mean over all elements of (prediction − target)². */
export const meanSquaredError: Loss<Record<string, never>, 'prediction' | 'target'> = {
  name: 'mean-squared-error',
  description: 'Mean squared difference over all elements.',
  source: 'torch.nn.MSELoss with its default reduction.',
  trap: 'Tensors that broadcast, [batch] and [batch, 1], are averaged over batch² pairs in common code without an error; here the shapes must be equal.',
  inputs: {
    prediction: { meaning: 'What the model gives.', shape: ['batch', '...'] },
    target: { meaning: 'What it should give.', shape: ['batch', '...'] },
  },
  options: z.strictObject({}),
  example: {
    inputs: {
      prediction: [
        [1, 2],
        [3, 4],
      ],
      target: [
        [1, 0],
        [3, 2],
      ],
    },
    value: 2,
  },
  create: (tf) => ({
    compute: ({ prediction, target }) => tf.mean(tf.squaredDifference(prediction, target)),
    dispose: () => undefined,
  }),
};
