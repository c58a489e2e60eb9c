import { z } from 'zod';

import { linearSchedule } from '../../numerics/balance/linearSchedule.ts';
import type { Strategy } from '../strategy.ts';
import { nothingSeen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createScheduled, namedTerm, scheduledTerm, shareOfRun, stepsDone } from './scheduled.ts';

const options = z.strictObject({
  ...scheduledTerm,
  start: shareOfRun.default(0).describe('Where the line starts, as a share of the run.'),
  end: shareOfRun.default(1).describe('Where it ends, as a share of the run.'),
  first: z.number().min(0).default(0).describe('Factor of the weight up to the start.'),
  last: z.number().min(0).default(1).describe('Factor of the weight from the end on.'),
});
type Options = z.infer<typeof options>;

function curve({ start, end, first, last }: Options, steps: number, step: number): number {
  return linearSchedule(stepsDone(step), start * steps, end * steps, first, last);
}

/** A straight line between two factors. */
export const linear: Strategy<Options> = {
  name: 'linear',
  description: 'A weight goes from one factor to another in a straight line.',
  formula:
    'wₖ(t) = wₖ · (first + (last − first)(t − start · T)/((end − start) T)), constant outside',
  needs: 'nothing',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: likeASum,
  degenerate: nothingSeen,
  source: 'A plain warm-up; no reference is followed.',
  trap: 'With an end that is not after the start the factor jumps at the start.',
  options,
  namedTerms: namedTerm,
  curve,
  example: {
    weights: [1, 0.5],
    options: { end: 0.5 },
    readings: [{ losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }],
    expected: [
      [1, 0],
      [1, 0.25],
      [1, 0.5],
      [1, 0.5],
    ],
  },
  create: (setup) =>
    createScheduled(setup, setup.options.term, (at) => curve(setup.options, setup.steps, at)),
};
