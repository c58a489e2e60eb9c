import { z } from 'zod';

import { emaInverse as weightsOf } from '../../numerics/balance/emaInverse.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createMovingAverages } from './movingAverages.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  decay: z
    .number()
    .min(0)
    .lt(1)
    .default(0.99)
    .describe('Share of the old in the moving averages of the losses.'),
  least: z.number().positive().default(1e-3).describe('No factor falls below this.'),
  most: z.number().positive().default(1e3).describe('No factor rises above this.'),
});

/** The inverse of each loss's moving average (seed 003 put right; M3 of science.md §1.3). */
export const emaInverse: Strategy<z.infer<typeof options>> = {
  name: 'ema-inverse',
  description:
    'Each loss is divided by its moving average, so that all count alike before their weights apply.',
  formula: 'd = Σ wₖ K (1/L̄ₖ)/Σⱼ(1/L̄ⱼ) gₖ',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: {
    ...likeASum,
    scaleInvariance: 'direction',
    whenOneVanishes: 'stalls',
    objective: 'sum of logarithms',
  },
  degenerate: {
    ...gradientsUnseen,
    notPositive: 'A loss whose average is not positive gets factor 1; the others share theirs.',
  },
  source: 'Seed 003, put right.',
  trap: 'The factors sum to K. With that a loss near 0 takes nearly all of it and the others stand still, at `least` at the least. What the seed wrote is ema-inverse-seed.',
  options,
  example: {
    weights: [1, 0.5],
    options: { decay: 0.5 },
    readings: [{ losses: [1, 3] }, { losses: [2.5, 3] }, { losses: [Number.POSITIVE_INFINITY, 3] }],
    // 2·(1, 1/3)/(4/3); then L̄ = (0.25 + 1.25)/0.75 = 2 and 3: 2·(1/2, 1/3)/(5/6).
    expected: [
      [1.5, 0.25],
      [1.2, 0.4],
      [1.2, 0.4],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size }) => {
      const { decay, least, most } = setup.options;
      const averages = createMovingAverages(size, decay);
      return {
        ...averages,
        coefficients: ({ losses }) => weightsOf(averages.add(losses), { bounds: [least, most] }),
      };
    }),
};
