import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { isAbove } from './isAbove.ts';

/** log(1 + L) of another loss L ≥ 0 (seed 003, `normalize_losses`). */
export const logarithmicLoss: Loss<Record<string, never>, 'loss'> = {
  name: 'logarithmic',
  description: 'log(1 + L) of another loss: its gradient weighs by 1/(1 + L).',
  source: 'Common code that means to bring losses to one size.',
  trap: 'It does not do that: it weighs large ones down by 1/(1 + L) and leaves small ones alone. At L = −1 and below it is undefined; here a negative L stays as it is, which continues value and slope.',
  inputs: { loss: { meaning: 'The value of a loss.', shape: [] } },
  options: z.strictObject({}),
  example: { inputs: { loss: 1 }, value: Math.log(2) },
  create: (tf) => ({
    compute({ loss }) {
      const above = tf.log1p(tf.relu(loss));
      return tf.sum(tf.where(isAbove(tf, loss, 0), above, loss));
    },
    dispose: () => undefined,
  }),
};
