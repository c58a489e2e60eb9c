import { z } from 'zod';

import { fairGrad } from '../../numerics/balance/fairGrad.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, leftOut, noStep } from './degenerateWords.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({
  alpha: z
    .number()
    .min(0)
    .max(10)
    .default(1)
    .describe(
      'α: 0 is the sum, 1 proportional fairness (nash-mtl), large ones near the max–min of mgda.',
    ),
});

/** Fair resource allocation (M22 of science.md §1.3). */
export const fairgrad: Strategy<z.infer<typeof options>> = {
  name: 'fairgrad',
  description: 'Shares the descent among the losses α-fairly.',
  formula: 'd = Jᵀa, a > 0 with Ga = a^(−1/α)',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'direction',
    nonConflictingTwo: 'always',
    nonConflictingMore: 'always',
    whenOneVanishes: 'goes on',
    random: 'no',
    solver: 'Newton on K',
    twoLossDirection: 'bisector',
    direction: 'Nash bargaining',
  },
  degenerate: {
    zeroGradient: leftOut,
    opposed: noStep,
    dependent: 'The step is unique; coefficients of equal gradients are equal.',
    nonFinite: lastWeightsStand,
  },
  source: 'Ban & Ji ICML 2024, eq. 4; LibMTL.',
  trap: 'What is said of scale and of two losses holds for the default α = 1. The references run a least-squares solver to about 10⁻⁸; this is Newton to rounding. Where no direction goes down for all losses the equation has no solution.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [1, 1], products: [4, 0, 0, 16] }],
    // Rows of length 2: aₖ² · 4 = 1.
    expected: [[0.5, 0.25]],
  },
  create: (setup) =>
    createWeighing(setup, 'before', () =>
      onGramian((gradients) => fairGrad(gradients, setup.options)),
    ),
};
