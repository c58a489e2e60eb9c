import { z } from 'zod';

import {
  sigmoidWeightingSeed,
  sigmoidWeightingWithPenalty,
} from '../../numerics/balance/sigmoidWeighting.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { createLearntScalars } from './learntScalars.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  rate: z.number().positive().default(0.01).describe('Learning rate of ω, by an Adam of its own.'),
  penalty: z
    .boolean()
    .default(false)
    .describe(
      'Adds −log σ(ω), without which all losses are switched off; then σ goes to min(1, 1/L).',
    ),
});

/** Learnt sigmoid weights (seed 002, plan B; M7b of science.md §1.3), for comparison. */
export const sigmoidSeed: Strategy<z.infer<typeof options>> = {
  name: 'sigmoid-seed',
  description:
    'Seed 002 as written: learnt sigmoid weights, which switch every loss off. For comparison; `penalty` puts it right.',
  formula: 'd = Σ wₖ σ(ωₖ) gₖ, ω learnt to minimise Σ σ(ωₖ)Lₖ (with penalty: − log σ(ωₖ))',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: likeASum,
  degenerate: {
    ...gradientsUnseen,
    notPositive: 'A negative loss gets weight up to 1, one of 0 keeps its weight.',
  },
  source: 'Seed 002, plan B.',
  trap: "It is not Kendall's weighting and has no optimum: the derivative by ω is σ(1 − σ)L > 0, so that both weights of two constant losses are at 0.04 after 500 steps and at 0.014 after 1000, and training stops. Set `penalty`, or use kendall.",
  options,
  example: {
    weights: [1, 0.5],
    options: { rate: 0.1 },
    readings: [{ losses: [4, 0.5] }, { losses: [4, 0.5] }],
    expected: [
      [0.5, 0.25],
      [0.475021, 0.23751],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size }) => {
      const { rate, penalty } = setup.options;
      const scalars = createLearntScalars(size, 0, rate);
      const weighting = penalty ? sigmoidWeightingWithPenalty : sigmoidWeightingSeed;
      return {
        coefficients({ losses }) {
          const { weights, gradient } = weighting(losses, scalars.values);
          scalars.learn(gradient);
          return weights;
        },
        snapshot: scalars.snapshot,
        restore: scalars.restore,
      };
    }),
};
