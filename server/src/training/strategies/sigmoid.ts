import { z } from 'zod';

import { rangeNormalisedSigmoid, sigmoidSchedule } from '../../numerics/balance/sigmoidSchedule.ts';
import type { Strategy } from '../strategy.ts';
import { nothingSeen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createScheduled, namedTerm, scheduledTerm, shareOfRun, stepsDone } from './scheduled.ts';

const options = z.strictObject({
  ...scheduledTerm,
  middle: shareOfRun.default(0.5).describe('Where it is steepest, as a share of the run.'),
  steepness: z.number().positive().default(8).describe('k; seed 002 takes 5 to 10.'),
  exact_range: z
    .boolean()
    .default(true)
    .describe(
      'Stretches the curve to start at exactly 0 and end at exactly 1; false is the formula of seed 002.',
    ),
});
type Options = z.infer<typeof options>;

function curve({ middle, steepness, exact_range }: Options, steps: number, step: number): number {
  const schedule = { middle: middle * steps, end: steps, steepness };
  return (exact_range ? rangeNormalisedSigmoid : sigmoidSchedule)(stepsDone(step), schedule);
}

/** A sigmoid over the run (seed 002, plan B; M5 of science.md §1.3). */
export const sigmoid: Strategy<Options> = {
  name: 'sigmoid',
  description: 'A weight rises along a sigmoid over the run.',
  formula: 'wₖ(t) = wₖ · 1/(1 + exp(−k (t − middle · T)/T)), stretched to [0, 1] with exact_range',
  needs: 'nothing',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: likeASum,
  degenerate: nothingSeen,
  source: 'Seed 002, plan B.',
  trap: 'As written it neither starts at 0 nor ends at 1: with k = 5 it runs from 0.076 to 0.924, with k = 10 from 0.0067 to 0.9933.',
  options,
  namedTerms: namedTerm,
  curve,
  example: {
    weights: [1, 0.5],
    options: { exact_range: false },
    readings: [{ losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }],
    // 0.5 σ(8 (t/4 − 1/2)) at t = 0, 1, 2, 3.
    expected: [
      [1, 0.0089931],
      [1, 0.0596015],
      [1, 0.25],
      [1, 0.440399],
    ],
  },
  create: (setup) =>
    createScheduled(setup, setup.options.term, (at) => curve(setup.options, setup.steps, at)),
};
