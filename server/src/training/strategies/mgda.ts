import { z } from 'zod';

import { mgda as leastNorm } from '../../numerics/balance/mgda.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, noStep } from './degenerateWords.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({
  normalisation: z
    .enum(['none', 'l2', 'loss', 'loss+'])
    .default('none')
    .describe(
      'Divides the gradients beforehand by their length (l2), their loss, or both (loss+).',
    ),
  apply_to: z
    .enum(['raw', 'normalised'])
    .default('normalised')
    .describe('Which gradients are combined; raw is the published code and may conflict.'),
});

/** The multiple-gradient descent algorithm (M13 of science.md §1.3). */
export const mgda: Strategy<z.infer<typeof options>> = {
  name: 'mgda',
  description:
    'Takes the shortest of all weighted means of the gradients, which goes down for all losses.',
  formula: 'd = Jᵀa, a = argmin |Jᵀa|² over a ≥ 0, Σaₖ = 1',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'no',
    nonConflictingTwo: 'always',
    nonConflictingMore: 'always',
    whenOneVanishes: 'stalls',
    random: 'no',
    solver: 'QP, by active sets',
  },
  degenerate: {
    zeroGradient: 'It gets all the weight: no step is taken.',
    opposed: noStep,
    dependent: 'The step is unique, the coefficients need not be.',
    nonFinite: lastWeightsStand,
    notPositive: 'As a normaliser it counts as 1.',
  },
  source:
    'Désidéri 2012; Sener & Koltun NeurIPS 2018, eq. 3; isl-org/MultiObjectiveOptimization min_norm_solvers.py; TorchJD aggregation/_mgda.py.',
  trap: 'The step shrinks to the shortest gradient: one loss that is done stops all. The published code clamps the weights of two losses to [0.001, 0.999], stops Frank–Wolfe early, or never counts its iterations; this is exact. With a normalisation it applies the weights to the raw gradients, which loses the guarantee; here to the normalised, unless apply_to says raw.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [1, 1], products: [4, 0, 0, 4] }],
    // Rows (2, 0) and (0, 1): a = (1, 4)/5.
    expected: [[0.2, 0.4]],
  },
  create: (setup) => {
    const { normalisation, apply_to: applyTo } = setup.options;
    return createWeighing(setup, 'before', () =>
      onGramian((gradients, losses) => leastNorm(gradients, { normalisation, applyTo, losses })),
    );
  },
};
