import { z } from 'zod';

import { log1pLoss, logLoss } from '../../numerics/balance/logLoss.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing, memoryless } from './weighing.ts';

const options = z.strictObject({
  epsilon: z.number().positive().default(1e-8).describe('Added to a loss before its logarithm.'),
  add_one: z
    .boolean()
    .default(false)
    .describe('Takes log(1 + L) instead, as seed 003: small losses then keep their weight.'),
});

/** The sum of the logarithms itself (science.md §1.2). */
export const log: Strategy<z.infer<typeof options>> = {
  name: 'log',
  description: 'Trains on the logarithms of the losses, so that scaling a loss changes nothing.',
  formula: 'd = Σ wₖ gₖ/(Lₖ + ε), the gradient of Σ wₖ log(Lₖ + ε)',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: {
    ...likeASum,
    scaleInvariance: 'full',
    whenOneVanishes: 'explodes',
    objective: 'sum of logarithms',
  },
  degenerate: {
    ...gradientsUnseen,
    notPositive: 'A loss of 0 gets 1/ε. One that has no logarithm gets weight 0.',
  },
  source:
    'The objective that normalised, ema-inverse, kendall, imtl-l and gls share up to lag and scale; log(1 + L) is seed 003.',
  trap: 'A loss that is done takes over: its weight is 1/L. log(1 + L) is no member of the family: it divides by 1 + L, which does nothing to losses far below 1.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [4, 2] }, { losses: [Number.NaN, 5] }, { losses: [-1, 5] }],
    expected: [
      [0.25, 0.25],
      [0.25, 0.25],
      [0, 0.1],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', () => {
      const { epsilon, add_one } = setup.options;
      return memoryless(({ losses }) =>
        losses.map((loss) => (add_one ? log1pLoss(loss) : logLoss(loss, epsilon)).weight),
      );
    }),
};
