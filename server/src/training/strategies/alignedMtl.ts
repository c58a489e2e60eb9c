import { z } from 'zod';

import { alignedMtl as align } from '../../numerics/balance/alignedMtl.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand } from './degenerateWords.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({
  scale: z
    .enum(['min', 'median', 'rmse'])
    .default('min')
    .describe(
      "Which eigenvalue all take: the least, the median or the mean (the authors' word is rmse).",
    ),
  preference: z
    .enum(['ones', 'mean'])
    .default('ones')
    .describe('1 for every loss, as the authors and LibMTL, or 1/K, as TorchJD.'),
});

/** Orthogonal gradients of one length (M18 of science.md §1.3). */
export const alignedMtl: Strategy<z.infer<typeof options>> = {
  name: 'aligned-mtl',
  description:
    'Replaces the gradients by the nearest ones that are orthogonal and of one length, and adds those up.',
  formula: 'd = Jᵀa, a = √s VΛ^(−½)Vᵀp with G = VΛVᵀ, s the least eigenvalue and p = 1',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'partly',
    nonConflictingTwo: 'not always',
    nonConflictingMore: 'not always',
    whenOneVanishes: 'stalls',
    random: 'no',
    solver: 'eigenvectors of K × K',
  },
  degenerate: {
    zeroGradient: 'It gets weight 0; the others are aligned as if it were not there.',
    opposed: 'One direction is left: the step goes along the longer gradient.',
    dependent:
      'The directions that are there are aligned; coefficients of equal gradients are equal.',
    nonFinite: lastWeightsStand,
  },
  source:
    'Senushkin et al. CVPR 2023, algorithm 1; SamsungLabs/MTL code/optim/aligned/solver.py; LibMTL; TorchJD.',
  trap: 'With the least eigenvalue the step shrinks with the shortest direction and stalls as MGDA does; it may conflict. Eigenvalues below 2⁻²³ K of the largest, the rounding of float32, count as 0: there the step grows at a stroke.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [1, 1], products: [4, 0, 0, 4] }],
    // Rows (2, 0) and (0, 1): both get length 1.
    expected: [[0.5, 0.5]],
  },
  create: (setup) =>
    createWeighing(setup, 'before', () =>
      onGramian((gradients) => align(gradients, setup.options).coefficients),
    ),
};
