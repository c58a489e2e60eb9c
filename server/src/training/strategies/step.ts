import { z } from 'zod';

import { stepSchedule } from '../../numerics/balance/stepSchedule.ts';
import type { Strategy } from '../strategy.ts';
import { nothingSeen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createScheduled, namedTerm, scheduledTerm, shareOfRun, stepsDone } from './scheduled.ts';

const options = z.strictObject({
  ...scheduledTerm,
  at: shareOfRun.default(0.1).describe('Where the factor jumps, as a share of the run.'),
  before: z.number().min(0).default(2).describe('Factor of the weight before the jump.'),
  after: z.number().min(0).default(0.5).describe('Factor of the weight from the jump on.'),
});
type Options = z.infer<typeof options>;

function curve({ at, before, after }: Options, steps: number, step: number): number {
  return stepSchedule(stepsDone(step), at * steps, before, after);
}

/** One jump (seed 001, strategy 3; M4 of science.md §1.3). */
export const step: Strategy<Options> = {
  name: 'step',
  description: 'A weight has one factor up to a step and another from there on.',
  formula: 'wₖ(t) = wₖ · (before if t < at · T, else after)',
  needs: 'nothing',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: likeASum,
  degenerate: nothingSeen,
  source: 'Seed 001, strategy 3.',
  trap: "Adam's second moment keeps the scale from before the jump for about 1/(1 − β₂) = 1000 steps.",
  options,
  namedTerms: namedTerm,
  curve,
  example: {
    weights: [1, 0.5],
    options: { at: 0.5 },
    readings: [{ losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }],
    expected: [
      [1, 1],
      [1, 1],
      [1, 0.25],
      [1, 0.25],
    ],
  },
  create: (setup) =>
    createScheduled(setup, setup.options.term, (at) => curve(setup.options, setup.steps, at)),
};
