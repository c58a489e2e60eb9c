import { z } from 'zod';

import { type LossRanges, minMaxWeights, widenRanges } from '../../numerics/balance/minMax.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  floor: z
    .number()
    .positive()
    .default(1e-3)
    .describe('A range below this share of the largest absolute value counts as that value.'),
});

/** Division by the range so far (named in seed 003). */
export const minMax: Strategy<z.infer<typeof options>> = {
  name: 'min-max',
  description: 'Each loss is divided by the range of its values so far.',
  formula: 'd = Σ wₖ gₖ/(maxₖ − minₖ) over the values so far',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: { ...likeASum, scaleInvariance: 'full' },
  degenerate: {
    ...gradientsUnseen,
    notPositive:
      'Makes no difference: a range is positive. A loss that has been 0 throughout gets factor 1.',
  },
  source: 'Named without a formula in seed 003.',
  trap: 'Taking the minimum off changes no gradient: it is a re-weighting only. One outlier at the start sets the range for good.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [4, 2] }, { losses: [2, 2] }, { losses: [8, -2] }],
    expected: [
      [0.25, 0.25],
      [0.5, 0.25],
      [1 / 6, 0.125],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size }) => {
      let ranges: LossRanges | undefined;
      return {
        coefficients({ losses }) {
          ranges = widenRanges(ranges, losses);
          return minMaxWeights(ranges, setup.options.floor);
        },
        snapshot: () => (ranges ? [...ranges.least, ...ranges.most] : []),
        restore(numbers) {
          ranges =
            numbers.length === 0
              ? undefined
              : { least: numbers.slice(0, size), most: numbers.slice(size) };
        },
      };
    }),
};
