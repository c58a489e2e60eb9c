import { z } from 'zod';

import { inverseNormSeed } from '../../numerics/balance/inverseNormSeed.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({
  epsilon: z.number().positive().default(1e-8).describe('Added to a norm before dividing by it.'),
});

/** Seed 003's inverse of the norm as written, for comparison (M11 of science.md §1.3). */
export const gradientInverseSeed: Strategy<z.infer<typeof options>> = {
  name: 'gradient-inverse-seed',
  description:
    'Seed 003 as written: every gradient is brought to the sum of all norms. For comparison.',
  formula: 'd = Σ wₖ (Σⱼnⱼ)/(nₖ + ε) gₖ',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'after',
  properties: {
    ...likeASum,
    scaleInvariance: 'direction',
    nonConflictingTwo: 'not always',
    twoLossDirection: 'bisector',
  },
  degenerate: {
    zeroGradient: 'It gets the sum of the norms times 10⁸, which multiplies a gradient of 0.',
    opposed: 'With equal weights the two cancel.',
    dependent: 'Makes no difference: only the lengths of the gradients are looked at.',
    nonFinite: lastWeightsStand,
  },
  source: 'Seed 003.',
  trap: 'The factors sum to K² at least (K equal norms give K each), which raises the learning rate. Norms are of the whole gradient; the seed adds up those of single tensors and starts from gradients that were not cleared. Use gradient-inverse.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [1, 1], products: [9, 0, 0, 1] }],
    expected: [[4 / 3, 2]],
  },
  create: (setup) =>
    createWeighing(setup, 'after', () =>
      onGramian((gradients) => inverseNormSeed(gradients, setup.options.epsilon)),
    ),
};
