import { z } from 'zod';

import { dynamicWeightAverage } from '../../numerics/balance/dynamicWeightAverage.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  temperature: z
    .number()
    .positive()
    .default(2)
    .describe('T; the higher, the nearer the factors are to 1.'),
  epoch_steps: z
    .number()
    .int()
    .min(1)
    .default(100)
    .describe('How many steps count as an epoch; the factors change once in so many.'),
});

/** Dynamic weight average (M8 of science.md §1.3). */
export const dwa: Strategy<z.infer<typeof options>> = {
  name: 'dwa',
  description: 'A loss that fell less over the last two epochs counts somewhat more.',
  formula: 'd = Σ wₖ K softmax(rₖ/T) gₖ, rₖ = L̄ₖ(e − 1)/L̄ₖ(e − 2) of the means over epochs',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: likeASum,
  degenerate: {
    ...gradientsUnseen,
    notPositive: 'A ratio of means that is negative or no number counts as 1.',
  },
  source:
    'Liu, Johns & Davison CVPR 2019, eq. 7; lorenmt/mtan im2im_pred/utils.py; LibMTL weighting/DWA.py.',
  trap: 'It does little: ratios within 0.9 and 1.1 give factors within 0.95 and 1.05, and the scale of a loss is not seen at all. An epoch is the number of steps in `epoch_steps`, as streaming data has none.',
  options,
  example: {
    weights: [1, 0.5],
    options: { epoch_steps: 1 },
    readings: [{ losses: [2, 2] }, { losses: [1, 2] }, { losses: [1, 1] }],
    // Two epochs are known at the third step: 2 softmax(1/4, 1/2).
    expected: [
      [1, 0.5],
      [1, 0.5],
      [0.875647, 0.562177],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size }) => {
      const { temperature, epoch_steps } = setup.options;
      const zeros: readonly number[] = new Array<number>(size).fill(0);
      let means: readonly (readonly number[])[] = [];
      let sums = zeros;
      let count = 0;
      return {
        coefficients({ losses }) {
          const factors = dynamicWeightAverage(means, size, temperature);
          sums = sums.map((sum, index) => sum + (losses[index] ?? 0));
          count += 1;
          if (count === epoch_steps) {
            const ended = count;
            means = [...means, sums.map((sum) => sum / ended)].slice(-2);
            sums = zeros;
            count = 0;
          }
          return factors;
        },
        snapshot: () => [count, ...sums, ...means.flat()],
        restore([savedCount = 0, ...numbers]) {
          count = savedCount;
          sums = numbers.slice(0, size);
          const epochs = size === 0 ? 0 : numbers.length / size - 1;
          means = Array.from({ length: epochs }, (_, index) =>
            numbers.slice((index + 1) * size, (index + 2) * size),
          );
        },
      };
    }),
};
