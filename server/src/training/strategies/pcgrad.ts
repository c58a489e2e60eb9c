import { z } from 'zod';

import { restoreRandom } from '../../base/random.ts';
import { pcGrad, pcGradMean } from '../../numerics/balance/pcGrad.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, noStep } from './degenerateWords.ts';
import { drawOrders } from './visitOrders.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  reduction: z
    .enum(['sum', 'mean'])
    .default('sum')
    .describe('Whether the projected gradients are added up, as in the paper, or averaged.'),
});

/** Projecting conflicting gradients (M12 of science.md §1.3). */
export const pcgrad: Strategy<z.infer<typeof options>> = {
  name: 'pcgrad',
  description:
    'Takes from each gradient its part against every other, in random order, and adds up the rest.',
  formula:
    'd = Σ g′ₖ; g′ₖ = gₖ, then g′ₖ ← g′ₖ − (g′ₖ·gⱼ)/|gⱼ|² gⱼ wherever g′ₖ·gⱼ < 0, j in random order',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'no',
    nonConflictingTwo: 'always',
    nonConflictingMore: 'not always',
    whenOneVanishes: 'goes on',
    random: 'order',
    solver: '',
    twoLossDirection: 'projected sum',
    withoutConflict: 'weighted sum',
  },
  degenerate: {
    zeroGradient: 'It keeps its weight and changes nothing.',
    opposed: noStep,
    dependent: 'Makes no difference: gradients are taken in pairs.',
    nonFinite: lastWeightsStand,
  },
  source:
    'Yu et al. NeurIPS 2020, algorithm 1; tianheyu927/PCGrad; WeiChengTseng/Pytorch-PCGrad; TorchJD aggregation/_pcgrad.py.',
  trap: "The authors' TensorFlow code throws the shuffled list away, so that the order is fixed; the common PyTorch port averages whatever its `reduction` says. For three and more losses the step may conflict, and depends on the order.",
  options,
  example: {
    weights: [1, 1],
    readings: [
      { losses: [1, 1], products: [1, -1, -1, 4] },
      { losses: [1, 1], products: [1, 1, 1, 4] },
    ],
    // (g₁ + ¼g₂) + (g₂ + g₁).
    expected: [
      [2, 1.25],
      [1, 1],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'before', (participants) => {
      let { random } = participants;
      const combine = setup.options.reduction === 'sum' ? pcGrad : pcGradMean;
      return {
        coefficients: ({ gradients }) =>
          gradients && combine(gradients, drawOrders(random, participants.size)),
        snapshot: () => random.state(),
        restore(numbers) {
          random = restoreRandom(numbers);
        },
      };
    }),
};
