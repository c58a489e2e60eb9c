import { linearSchedule } from '../../numerics/balance/linearSchedule.ts';
import type { Strategy } from '../strategy.ts';
import { nothingSeen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import {
  createScheduled,
  namedTerm,
  type RampOptions,
  rampOptions,
  stepsDone,
} from './scheduled.ts';

function curve({ start, end, first, last }: RampOptions, steps: number, step: number): number {
  return linearSchedule(stepsDone(step), start * steps, end * steps, first, last);
}

/** A straight line between two factors. */
export const linear: Strategy<RampOptions> = {
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
  options: rampOptions,
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
