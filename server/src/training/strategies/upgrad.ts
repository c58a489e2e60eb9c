import type { z } from 'zod';

import { upGrad } from '../../numerics/balance/upGrad.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, noStep } from './degenerateWords.ts';
import { dualConeOptions } from './dualConeOptions.ts';
import { createWeighing, onGramian } from './weighing.ts';

/** Unconflicting projection of gradients (M20 of science.md §1.3). */
export const upgrad: Strategy<z.infer<typeof dualConeOptions>> = {
  name: 'upgrad',
  description:
    'Projects each gradient onto the directions that go down for all losses, and takes the mean.',
  formula: 'd = (1/K) Σ πₖ, πₖ = argmin |π − gₖ|² with π·gⱼ ≥ 0 for all j',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'no',
    nonConflictingTwo: 'always',
    nonConflictingMore: 'always',
    whenOneVanishes: 'goes on',
    random: 'no',
    solver: 'QP, by active sets',
    twoLossDirection: 'projected sum',
    withoutConflict: 'weighted sum',
  },
  degenerate: {
    zeroGradient: 'It keeps 1/K, as in the mean.',
    opposed: noStep,
    dependent: 'The step is unique, the coefficients need not be.',
    nonFinite: lastWeightsStand,
  },
  source: 'Quinton & Rey 2024, eq. 7; TorchJD aggregation/_upgrad.py.',
  trap: 'Without conflict it is the mean, not the sum, of the weighted gradients; for two losses it is half of pcgrad. With the regularisation of TorchJD the step conflicts in half of the cases where lengths differ by 30 times, in nearly all from 100 times on; exact, it never does.',
  options: dualConeOptions,
  example: {
    weights: [1, 1],
    readings: [
      { losses: [1, 1], products: [1, -1, -1, 4] },
      { losses: [1, 1], products: [1, 1, 1, 4] },
    ],
    // ½ (g₁ + ¼g₂) + ½ (g₂ + g₁).
    expected: [
      [1, 0.625],
      [0.5, 0.5],
    ],
  },
  create: (setup) => {
    const { norm_eps: normEps, reg_eps: regEps } = setup.options;
    return createWeighing(setup, 'before', () =>
      onGramian((gradients) => upGrad(gradients, { normEps, regEps })),
    );
  },
};
