import { z } from 'zod';

import { restoreRandom } from '../../base/random.ts';
import { randomLossWeights } from '../../numerics/balance/randomLossWeights.ts';
import type { Strategy } from '../strategy.ts';
import { nothingSeen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({});

/** Random weights, as a control (M9 of science.md §1.3). */
export const rlw: Strategy<z.infer<typeof options>> = {
  name: 'rlw',
  description: 'Draws the weights at random at each step. A control: what adapts must beat it.',
  formula: 'd = Σ wₖ softmax(z)ₖ gₖ, z ~ N(0, 1)ᴷ at each step',
  needs: 'nothing',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: { ...likeASum, random: 'weights' },
  degenerate: nothingSeen,
  source: 'Lin et al. TMLR 2022; LibMTL weighting/RLW.py, TorchJD _random.py.',
  trap: 'The factors sum to 1, not to K: against a sum of the losses the learning rate is divided by K.',
  options,
  example: {
    weights: [2],
    readings: [{ losses: [1] }, { losses: [Number.NaN] }],
    expected: [[2], [2]],
  },
  create: (setup) =>
    createWeighing(setup, 'after', (participants) => {
      let { random } = participants;
      return {
        coefficients: () =>
          randomLossWeights(Array.from({ length: participants.size }, () => random.normal())),
        snapshot: () => random.state(),
        restore(numbers) {
          random = restoreRandom(numbers);
        },
      };
    }),
};
