import type { z } from 'zod';

import { dualProjection } from '../../numerics/balance/dualProjection.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, noStep } from './degenerateWords.ts';
import { dualConeOptions } from './dualConeOptions.ts';
import { createWeighing, onGramian } from './weighing.ts';

/** Projection of the mean (M20 of science.md §1.3). */
export const dualproj: Strategy<z.infer<typeof dualConeOptions>> = {
  name: 'dualproj',
  description: 'Projects the mean gradient onto the directions that go down for all losses.',
  formula: 'd = argmin |d − ḡ|² with d·gₖ ≥ 0 for all k',
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
    withoutConflict: 'weighted sum',
  },
  degenerate: {
    zeroGradient: 'It keeps 1/K, as in the mean.',
    opposed: noStep,
    dependent: 'The step is unique, the coefficients need not be.',
    nonFinite: lastWeightsStand,
  },
  source: 'Lopez-Paz & Ranzato NeurIPS 2017, eq. 11; TorchJD aggregation/_linalg/_dual_cone.py.',
  trap: 'Without conflict it is the mean, not the sum, of the weighted gradients. With the regularisation of TorchJD the guarantee is lost where lengths differ by 30 times or more.',
  options: dualConeOptions,
  example: {
    weights: [1, 1],
    readings: [
      { losses: [1, 1], products: [1, -1, -1, 4] },
      { losses: [1, 1], products: [1, 1, 1, 4] },
    ],
    // ḡ·g₁ = 0 already; without conflict the mean.
    expected: [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
  },
  create: (setup) => {
    const { norm_eps: normEps, reg_eps: regEps } = setup.options;
    return createWeighing(setup, 'before', () =>
      onGramian((gradients) => dualProjection(gradients, { normEps, regEps })),
    );
  },
};
