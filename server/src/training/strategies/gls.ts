import { z } from 'zod';

import { geometricMean } from '../../numerics/balance/geometricMean.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing, memoryless } from './weighing.ts';

const options = z.strictObject({});

/** The geometric mean of the losses (M22 of science.md §1.3). */
export const gls: Strategy<z.infer<typeof options>> = {
  name: 'gls',
  description: 'Trains on the geometric mean of the losses.',
  formula: 'd = Σ wₖ (ΠL)^(1/K)/(K Lₖ) gₖ, the gradient of (ΠL)^(1/K) where all wₖ = 1',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: {
    ...likeASum,
    scaleInvariance: 'direction',
    whenOneVanishes: 'explodes',
    objective: 'sum of logarithms',
  },
  degenerate: {
    ...gradientsUnseen,
    notPositive: 'Undefined: the weights of the step before stand.',
  },
  source: 'Chennupati et al. CVPRW 2019, eq. 2; LibMTL, TorchJD _geometric_mean.py.',
  trap: 'The direction is that of the logarithms, the length that of the mean. The "weights" that LibMTL returns leave out the factor (ΠL)^(1/K).',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [4, 1] }, { losses: [0, 1] }, { losses: [1, 4] }],
    // √4/(2·4) and ½·√4/(2·1).
    expected: [
      [0.25, 0.5],
      [0.25, 0.5],
      [1, 0.125],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', () =>
      memoryless(({ losses }) => {
        const { total, weights } = geometricMean(losses);
        return Number.isNaN(total) ? undefined : weights;
      }),
    ),
};
