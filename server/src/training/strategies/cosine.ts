import { cosineSchedule } from '../../numerics/balance/cosineSchedule.ts';
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
  return cosineSchedule(stepsDone(step), start * steps, end * steps, first, last);
}

/** Half a cosine wave between two factors: seed 004's simple cosine re-weighting. */
export const cosine: Strategy<RampOptions> = {
  name: 'cosine',
  description: 'A weight goes from one factor to another along half a cosine wave.',
  formula:
    'wₖ(t) = wₖ · (last + (first − last)(1 + cos(π (t − start · T)/((end − start) T)))/2), constant outside',
  needs: 'nothing',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: likeASum,
  degenerate: nothingSeen,
  source: 'Seed 004, which names it without a formula; the wave of Loshchilov & Hutter, ICLR 2017.',
  trap: 'With an end that is not after the start the factor jumps at the start. The wave starts and ends flat, so that in the middle it is steeper than a line.',
  options: rampOptions,
  namedTerms: namedTerm,
  curve,
  example: {
    weights: [1, 0.5],
    options: { end: 0.5 },
    readings: [{ losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }],
    // 0.5 (1 − cos(π t/2))/2 at t = 0, 1, 2.
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
