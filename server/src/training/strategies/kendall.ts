import { z } from 'zod';

import { logVarianceWeighting } from '../../numerics/balance/logVariance.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { createLearntScalars } from './learntScalars.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  rate: z
    .number()
    .positive()
    .default(0.01)
    .describe('Learning rate of the log-variances, by an Adam of their own.'),
  initial: z
    .number()
    .min(-30)
    .max(30)
    .default(0)
    .describe('Log-variances at the start; LibMTL −0.5.'),
});

/** Uncertainty weighting in log-variances (M7 of science.md §1.3). */
export const kendall: Strategy<z.infer<typeof options>> = {
  name: 'kendall',
  description: 'Learns a variance for each loss and divides the loss by it.',
  formula:
    'd = Σ wₖ ½exp(−sₖ) gₖ, s learnt to minimise Σ ½exp(−sₖ)Lₖ + ½sₖ; at its optimum wₖ/(2Lₖ)',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: {
    ...likeASum,
    scaleInvariance: 'partly',
    whenOneVanishes: 'explodes',
    objective: 'sum of logarithms',
  },
  degenerate: {
    ...gradientsUnseen,
    notPositive: 'A loss that is not positive teaches its variance nothing.',
  },
  source:
    "Kendall, Gal & Cipolla CVPR 2018, eq. 7; the authors' notebook multi-task-learning-example-pytorch.ipynb; TorchJD scalarization/_uw.py.",
  trap: "The notebook leaves out both halves and sums over the dimensions of the output. Learnt by the model's optimiser at 0.001, s takes 1000 steps and more for a factor of e, and weight decay pulls it to 0: here it has an Adam of its own without decay. s is held within ±30.",
  options,
  example: {
    weights: [1, 0.5],
    options: { rate: 0.1 },
    readings: [{ losses: [4, 0.5] }, { losses: [4, 0.5] }, { losses: [Number.NaN, 0.5] }],
    // The first step of Adam is the rate: s = ±0.1.
    expected: [
      [0.5, 0.25],
      [0.452419, 0.276293],
      [0.452419, 0.276293],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size }) => {
      const scalars = createLearntScalars(size, setup.options.initial, setup.options.rate);
      return {
        coefficients({ losses }) {
          const { weights, gradient } = logVarianceWeighting(losses, scalars.values);
          scalars.learn(gradient.map((slope, index) => ((losses[index] ?? 0) > 0 ? slope : 0)));
          return weights;
        },
        snapshot: scalars.snapshot,
        restore: scalars.restore,
      };
    }),
};
