import { z } from 'zod';

import { nashMtl as bargain } from '../../numerics/balance/nashMtl.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, leftOut, noStep } from './degenerateWords.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({
  max_norm: z
    .number()
    .min(0)
    .default(1)
    .describe('A longer step is shortened to this; 0 leaves it at √K.'),
});

/** Bargaining (M17 of science.md §1.3). */
export const nashMtl: Strategy<z.infer<typeof options>> = {
  name: 'nash-mtl',
  description: 'Takes the Nash bargaining solution between the losses.',
  formula: 'd = Jᵀa, a > 0 with Ga = 1/a, then |d| at most max_norm',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'direction',
    nonConflictingTwo: 'always',
    nonConflictingMore: 'always',
    whenOneVanishes: 'clipped',
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
  source: 'Navon et al. ICML 2022, claim 3.1; AvivNavon/nash-mtl; LibMTL.',
  trap: 'The length of the step says nothing about that of the gradients: it is √K before the clip and 1 after it, down to the optimum, so that the learning rate has to fall. Its direction does not depend on the weights of the config. The authors solve a series of convex programs and test for the end on another scale; this is Newton to rounding.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [1, 1], products: [4, 0, 0, 16] }],
    // FairGrad's (½, ¼) has |d| = √2.
    expected: [[0.353553, 0.176777]],
  },
  create: (setup) =>
    createWeighing(setup, 'before', () =>
      onGramian((gradients) => bargain(gradients, { maxNorm: setup.options.max_norm })),
    ),
};
