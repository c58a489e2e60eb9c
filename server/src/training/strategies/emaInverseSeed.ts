import { z } from 'zod';

import {
  type EmaInverseSeedState,
  firstEmaInverseSeed,
  emaInverseSeed as next,
} from '../../numerics/balance/emaInverseSeed.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  momentum: z.number().min(0).lt(1).default(0.9).describe('Share of the old weight that stays.'),
  window: z
    .number()
    .int()
    .min(1)
    .default(10)
    .describe('How many of the last values the mean goes over.'),
});

/** Seed 003's inverse of the loss as written, for comparison (M3 of science.md §1.3). */
export const emaInverseSeed: Strategy<z.infer<typeof options>> = {
  name: 'ema-inverse-seed',
  description:
    'Seed 003 as written: weights move towards the inverse of the mean of the last losses, unbounded. For comparison.',
  formula: 'd = Σ wₖaₖgₖ, aₖ ← 0.9 aₖ + 0.1/(mean of the last 10 Lₖ + 10⁻⁸), first 1',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: {
    ...likeASum,
    scaleInvariance: 'partly',
    whenOneVanishes: 'explodes',
    objective: 'sum of logarithms',
  },
  degenerate: {
    ...gradientsUnseen,
    notPositive:
      'A negative mean gives a negative weight: the loss is maximised. A mean of 0 gives 10⁸.',
  },
  source: 'Seed 003.',
  trap: 'Nothing happens at the first step; the factors are never normalised, so that a loss of 0.001 ends at 1000 and the learning rate means something else; a negative mean turns a loss round. Use ema-inverse.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [2, 0.1] }, { losses: [2, 0.1] }, { losses: [6, 0.1] }],
    expected: [
      [1, 0.5],
      [0.95, 0.95],
      [0.885, 1.355],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size }) => {
      let state = firstEmaInverseSeed(new Array<number>(size).fill(1));
      return {
        coefficients({ losses }) {
          state = next(state, losses, setup.options);
          return state.weights;
        },
        snapshot: () => numbersOf(state),
        restore(numbers) {
          state = stateOf(numbers, size);
        },
      };
    }),
};

function numbersOf({ weights, history }: EmaInverseSeedState): readonly number[] {
  return [...weights, ...history.flat()];
}

/** All losses have a history of the same length. */
function stateOf(numbers: readonly number[], size: number): EmaInverseSeedState {
  const weights = numbers.slice(0, size);
  const values = numbers.slice(size);
  const length = values.length / size;
  const history = weights.map((_, index) => values.slice(index * length, (index + 1) * length));
  return { weights, history };
}
