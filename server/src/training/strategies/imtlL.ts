import { z } from 'zod';

import { imtlLWeighting } from '../../numerics/balance/imtlL.ts';
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
    .describe('Learning rate of the log-scales, by an Adam of their own.'),
});

/** The loss half of IMTL (science.md §1.2 and M22). */
export const imtlL: Strategy<z.infer<typeof options>> = {
  name: 'imtl-l',
  description: 'Learns a scale for each loss until every scaled loss is 1.',
  formula: 'd = Σ wₖ exp(sₖ) gₖ, s learnt to minimise Σ exp(sₖ)Lₖ − sₖ; at its optimum wₖ/Lₖ',
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
    notPositive: 'A loss that is not positive teaches its scale nothing.',
  },
  source: 'Liu et al. ICLR 2021, eq. 7 with a = e; LibMTL weighting/IMTL.py.',
  trap: "It is kendall with the sign of s turned and twice the weight: another name, not another method. LibMTL learns s by the model's optimiser and couples it to IMTL-G. s is held within ±30.",
  options,
  example: {
    weights: [1, 0.5],
    options: { rate: 0.1 },
    readings: [{ losses: [4, 0.5] }, { losses: [4, 0.5] }],
    expected: [
      [1, 0.5],
      [0.904837, 0.552585],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size }) => {
      const scalars = createLearntScalars(size, 0, setup.options.rate);
      return {
        coefficients({ losses }) {
          const { weights, gradient } = imtlLWeighting(losses, scalars.values);
          scalars.learn(gradient.map((slope, index) => ((losses[index] ?? 0) > 0 ? slope : 0)));
          return weights;
        },
        snapshot: scalars.snapshot,
        restore: scalars.restore,
      };
    }),
};
