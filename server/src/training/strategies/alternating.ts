import { z } from 'zod';

import type { Strategy } from '../strategy.ts';
import { nothingSeen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { stepsDone } from './scheduled.ts';

const options = z.strictObject({
  every: z
    .int()
    .min(1)
    .default(1)
    .describe('Steps that each loss has before it is the turn of the next.'),
});

/** One loss at a time, in their order (seed 000, "alternating"; science.md §5, E1). */
export const alternating: Strategy<z.infer<typeof options>> = {
  name: 'alternating',
  description:
    'Trains with one loss at a time, in their order, and leaves alone what it does not reach.',
  formula: 'wₖ(t) = wₖ if ⌊t / every⌋ mod K = k, else 0',
  needs: 'nothing',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'before',
  alternates: true,
  properties: { ...likeASum, scaleInvariance: 'direction' },
  degenerate: nothingSeen,
  source: 'Seed 000, "alternating".',
  trap: 'At equal numbers of optimiser steps each loss is seen half as often for two losses, K times less often for K. The seed calls it worse and unstable; at equal exposure, twice the steps, it was better than the joint loss in 10 of 10 pairs of runs (science.md §5, E1). A step does not turn with the scale of its loss, but the steps of a round add up to the weighted sum to first order. In the seed each loss takes a whole forward and backward pass, so that a round costs K steps.',
  options,
  example: {
    weights: [1, 0.5, 0, 2],
    readings: [{ losses: [] }, { losses: [] }, { losses: [] }, { losses: [] }],
    // The third loss, of weight 0, has no turn.
    expected: [
      [1, 0, 0, 0],
      [0, 0.5, 0, 0],
      [0, 0, 0, 2],
      [1, 0, 0, 0],
    ],
  },
  create({ weights, options: { every } }) {
    const taking = [...weights.keys()].filter((index) => weights[index] !== 0);
    return {
      weights({ step }) {
        const turn = taking[Math.floor(stepsDone(step) / every) % taking.length];
        return weights.map((weight, index) => (index === turn ? weight : 0));
      },
      snapshot: () => [],
      restore: () => undefined,
    };
  },
};
