import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { isAbove } from './isAbove.ts';
import { magnitude } from './magnitude.ts';

const options = z.strictObject({
  beta: z
    .number()
    .min(0)
    .default(1)
    .describe(
      'Errors below it count as e²/(2β), those above as |e| − β/2; 0 makes it absolute error.',
    ),
});

/** Per element e²/(2β) where |e| < β, else |e| − β/2; the mean over all. */
export const smoothL1: Loss<z.infer<typeof options>, 'prediction' | 'target'> = {
  name: 'smooth-l1',
  description: 'Squared for small errors and absolute for large ones, mean over all elements.',
  source: 'Girshick, Fast R-CNN, ICCV 2015, eq. 3; torch.nn.SmoothL1Loss.',
  trap: 'Below β = 1 its gradient is half that of mean squared error: to put one in place of the other also halves the weight. Compare the two at twice the weight.',
  inputs: {
    prediction: { meaning: 'What the model gives.', shape: ['batch', '...'] },
    target: { meaning: 'What it should give.', shape: ['batch', '...'] },
  },
  options,
  example: {
    inputs: { prediction: [[0.5, 3]], target: [[0, 0]] },
    value: (0.125 + 2.5) / 2,
  },
  create: (tf, { beta }) => ({
    compute({ prediction, target }) {
      const error = tf.sub(prediction, target);
      const size = magnitude(tf, error);
      if (beta === 0) return tf.mean(size);
      const squared = tf.div(tf.square(error), 2 * beta);
      return tf.mean(tf.where(isAbove(tf, size, beta), tf.sub(size, beta / 2), squared));
    },
    dispose: () => undefined,
  }),
};
