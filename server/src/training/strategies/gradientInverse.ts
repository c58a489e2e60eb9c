import { z } from 'zod';

import { inverseNorm } from '../../numerics/balance/inverseNorm.ts';
import { Gramian, gradientNorm } from '../../numerics/gramian.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createMovingAverages } from './movingAverages.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  decay: z
    .number()
    .min(0)
    .lt(1)
    .default(0.9)
    .describe('Share of the old in the moving averages of the norms.'),
});

/** The inverse of each gradient's norm (seed 003 done right; M11 of science.md §1.3). */
export const gradientInverse: Strategy<z.infer<typeof options>> = {
  name: 'gradient-inverse',
  description: 'Each loss gets the same gradient norm before its own weight applies.',
  formula: 'd = Σ wₖ K (1/n̄ₖ)/Σⱼ(1/n̄ⱼ) gₖ, n̄ the moving average of the norm',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'after',
  properties: {
    ...likeASum,
    scaleInvariance: 'direction',
    nonConflictingTwo: 'not always',
    whenOneVanishes: 'stalls',
    twoLossDirection: 'bisector',
  },
  degenerate: {
    zeroGradient:
      'Its norm counts as a thousandth of the median, so that it takes nearly all of the weight and the others stand still.',
    opposed: 'With equal weights the two cancel.',
    dependent: 'Makes no difference: only the lengths of the gradients are looked at.',
    nonFinite: lastWeightsStand,
  },
  source: 'Seed 003, put right.',
  trap: 'The factors sum to K, where those of gradient-inverse-seed grow and raise the learning rate with them; the norm is that of the whole gradient, where the seed adds up those of single tensors, which depends on how they are split. A loss that is done stalls the others.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [
      { losses: [1, 1], products: [9, 0, 0, 1] },
      { losses: [1, 1], products: [Number.NaN, 0, 0, 1] },
      { losses: [1, 1], products: [1, 0, 0, 1] },
    ],
    // 2·(1/3)/(1/3 + 1) = 0.5; then n̄ = (0.9·3 + 1)/1.9 and 1.
    expected: [
      [0.5, 0.75],
      [0.5, 0.75],
      [0.678571, 0.660714],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size }) => {
      const averages = createMovingAverages(size, setup.options.decay);
      return {
        ...averages,
        coefficients({ gradients }) {
          if (!gradients) return undefined;
          const norms = Array.from({ length: size }, (_, index) => gradientNorm(gradients, index));
          return inverseNorm(diagonal(averages.add(norms)));
        },
      };
    }),
};

/** The Gramian of gradients of these lengths, at right angles. */
function diagonal(norms: readonly number[]): Gramian {
  const entries = norms.flatMap((norm, row) =>
    norms.map((_, column) => (row === column ? norm * norm : 0)),
  );
  return Gramian.fromEntries(norms.length, entries);
}
