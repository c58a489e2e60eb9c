import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { magnitude } from './magnitude.ts';

/** The mean over all elements of |prediction − target|. */
export const absoluteError: Loss<Record<string, never>, 'prediction' | 'target'> = {
  name: 'absolute-error',
  description: 'Mean absolute difference over all elements.',
  source: 'torch.nn.L1Loss with its default reduction.',
  trap: 'Its gradient has the same length however small the error is, so it does not fade as the fit improves. The slope at an error of 0 is 0, as in PyTorch; TensorFlow.js alone would make it −1.',
  inputs: {
    prediction: { meaning: 'What the model gives.', shape: ['batch', '...'] },
    target: { meaning: 'What it should give.', shape: ['batch', '...'] },
  },
  options: z.strictObject({}),
  example: { inputs: { prediction: [[1, 2, -1]], target: [[1, 0, 1]] }, value: 4 / 3 },
  create: (tf) => ({
    compute: ({ prediction, target }) => tf.mean(magnitude(tf, tf.sub(prediction, target))),
    dispose: () => undefined,
  }),
};
