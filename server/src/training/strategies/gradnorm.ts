import { z } from 'zod';

import { gradNormSoftmax, gradNormSoftmaxWeights } from '../../numerics/balance/gradNorm.ts';
import { gradientNorm } from '../../numerics/gramian.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand } from './degenerateWords.ts';
import { createLearntScalars } from './learntScalars.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  alpha: z
    .number()
    .min(0)
    .default(1.5)
    .describe(
      'How much more pull a loss gets that has fallen less; 0 brings all norms to one length.',
    ),
  rate: z
    .number()
    .positive()
    .default(0.025)
    .describe('Learning rate of the logits of the weights, by an Adam of their own.'),
});

/** Gradient normalisation (M10 of science.md §1.3). */
export const gradnorm: Strategy<z.infer<typeof options>> = {
  name: 'gradnorm',
  description:
    'Learns weights that bring the gradient norms to one length, longer for losses that have fallen less.',
  formula:
    'd = Σ wₖaₖgₖ, a = K softmax(p), p learnt to minimise Σ |aₖnₖ − [n̄ rₖᵅ]|, rₖ = (Lₖ/Lₖ(0))/mean',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'after',
  properties: { ...likeASum, scaleInvariance: 'partly' },
  degenerate: {
    zeroGradient: 'Its weight keeps its share, but for the others gaining or losing theirs.',
    opposed: 'Makes no difference: only the lengths of the gradients are looked at.',
    dependent: 'Makes no difference: only the lengths of the gradients are looked at.',
    nonFinite: lastWeightsStand,
    notPositive: 'The rate of a loss that is not positive, or was not at first, counts as 1.',
  },
  source:
    'Chen et al. ICML 2018, eq. 2; LibMTL weighting/GradNorm.py; SamsungLabs/MTL optim/gradnorm/balancer.py.',
  trap: 'The paper descends on the weights themselves, which can take them below 0, with a gradient of the size of the norms, so that no one rate fits; this learns logits by Adam, as LibMTL. LibMTL waits for the mean of the first epoch as L(0); this takes the first step, as the paper. The paper looks at the last shared layer alone: set `probe.cut` for that.',
  options,
  example: {
    weights: [1, 0.5],
    options: { rate: 0.1 },
    readings: [
      { losses: [1, 1], products: [9, 0, 0, 1] },
      { losses: [1, 1], products: [9, 0, 0, 1] },
    ],
    // 2σ(∓0.2) after a step of 0.1 down the first logit and up the second.
    expected: [
      [1, 0.5],
      [0.900332, 0.549834],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size }) => {
      const { alpha, rate } = setup.options;
      const logits = createLearntScalars(size, 0, rate);
      let initialLosses: readonly number[] = [];
      return {
        coefficients({ losses, gradients }) {
          if (!gradients) return undefined;
          if (initialLosses.length === 0) initialLosses = losses;
          const norms = losses.map((_, index) => gradientNorm(gradients, index));
          const now = gradNormSoftmaxWeights(logits.values);
          logits.learn(
            gradNormSoftmax(logits.values, { norms, losses, initialLosses }, alpha).gradient,
          );
          return now;
        },
        snapshot: () => [...logits.snapshot(), ...initialLosses],
        restore(numbers) {
          logits.restore(numbers.slice(0, 3 * size + 1));
          initialLosses = numbers.slice(3 * size + 1);
        },
      };
    }),
};
