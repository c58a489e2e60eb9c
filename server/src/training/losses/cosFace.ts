import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { marginInputs, marginSoftmax } from './marginSoftmax.ts';

const options = z.strictObject({
  scale: z.number().positive().default(64).describe('s: what the cosines are multiplied by.'),
  margin: z
    .number()
    .min(0)
    .max(2)
    .default(0.35)
    .describe('m, taken off the cosine with the own center.'),
});

/** Softmax cross entropy of s (cos θ − m) for the true class and s cos θ for the others. */
export const cosFace: Loss<z.infer<typeof options>, 'features' | 'centers' | 'labels'> = {
  name: 'cosface',
  description: 'Softmax over cosines with a margin that is taken off the one of the true class.',
  source: 'Wang et al., CVPR 2018, eq. 4.',
  trap: 'Features and centers are both brought to length 1 here; code that takes the cosines as given is wrong by the length of whatever was not.',
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
    value: 0.000067726,
  },
  create: (tf, given, dimensions) =>
    marginSoftmax(given.scale, (library, cosine) => library.sub(cosine, given.margin))(
      tf,
      given,
      dimensions,
    ),
};
