import { z } from 'zod';

import { normaliseToReference } from '../../numerics/balance/normaliseToReference.ts';
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
    .describe(
      'Share of the old in the moving averages of the losses; 0 divides single batches, as seed 001.',
    ),
  least_factor: z
    .number()
    .positive()
    .default(1e-3)
    .describe('The factor is held at or above this.'),
  largest_factor: z
    .number()
    .positive()
    .default(1e3)
    .describe('The factor is held at or below this.'),
});

/** Scales every loss to the value of a reference loss (seed 001, strategy 2; M2 of science.md §1.3). */
export const normalised: Strategy<z.infer<typeof options>> = {
  name: 'normalised',
  description:
    'Each loss is scaled to the value of a reference loss, by moving averages, before its weight applies.',
  formula: 'd = Σ wₖ (L̄ᵣ/L̄ₖ) gₖ',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: {
    ...likeASum,
    scaleInvariance: 'direction',
    whenOneVanishes: 'clipped',
    objective: 'sum of logarithms',
  },
  degenerate: {
    ...gradientsUnseen,
    notPositive:
      'A quotient of averages that is negative counts as 1, one with 0 below the line as the largest factor.',
  },
  source: 'Seed 001, strategy 2.',
  trap: 'The weighted share of a loss is then wₖ/(wᵣ + wₖ) whatever happens, so that it measures nothing. The seed divides the losses of one batch, whose noise enters the weight, and divides by a loss near 0; this divides bias-corrected averages and bounds the factor. A reference of weight 0 still sets the scale.',
  options,
  example: {
    weights: [1, 0.5],
    reference: 1,
    readings: [{ losses: [4, 2] }, { losses: [0, 2] }, { losses: [Number.NaN, 2] }],
    // 2/4, then 2/(0.99·4/1.99).
    expected: [
      [0.5, 0.5],
      [1.00505, 0.5],
      [1.00505, 0.5],
    ],
  },
  create: (setup) =>
    createWeighing(
      setup,
      'after',
      ({ size, reference }) => {
        const { decay, least_factor, largest_factor } = setup.options;
        const averages = createMovingAverages(size, decay);
        return {
          ...averages,
          coefficients: ({ losses }) =>
            normaliseToReference(averages.add(losses), reference, {
              bounds: [least_factor, largest_factor],
            }),
        };
      },
      [setup.reference],
    ),
};
