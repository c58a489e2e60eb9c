import { z } from 'zod';

import { stepSchedule } from '../../numerics/balance/stepSchedule.ts';
import type { Strategy } from '../strategy.ts';
import { nothingSeen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { shareOfRun, stepsDone } from './scheduled.ts';

const term = z.string().min(1);

const options = z.strictObject({
  first: z
    .union([term, z.array(term).min(1), z.null()])
    .default(null)
    .describe(
      'The loss, or a list of losses, of the first stage; null for all but the reference loss.',
    ),
  switch: shareOfRun
    .default(0.5)
    .describe('Where the second stage begins, with the other losses, as a share of the run.'),
});
type Options = z.infer<typeof options>;

/** The factor of the losses of the first stage; that of the others is 1 less it. */
function curve(chosen: Options, steps: number, step: number): number {
  return stepSchedule(stepsDone(step), chosen.switch * steps, 1, 0);
}

function namedTerms({ first }: Options): readonly string[] {
  return [first ?? []].flat();
}

/** Some losses first, then the others (seed 000, "two-stage"; science.md §5, E1). */
export const twoStage: Strategy<Options> = {
  name: 'two-stage',
  description:
    'Trains with some losses up to a step and with the others from there on, and leaves alone what they do not reach.',
  formula: 'wₖ(t) = wₖ if (t < switch · T) = (k is of the first stage), else 0',
  needs: 'nothing',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  alternates: true,
  properties: likeASum,
  degenerate: nothingSeen,
  source:
    'Seed 000, "two-stage", whose second stage also detaches what the first has trained; that is the task\'s to do.',
  trap: 'At equal numbers of optimiser steps each loss is seen half as often, so that a joint run of as many steps has an advantage that is not one of gradients (science.md §5, E1: worse than joint in 10 of 10 pairs of runs, by less where it has twice the steps). The first stage sees none of the end of the schedule of the learning rate, and Adam enters the second with the moments of the first where both reach a parameter. A stage without a loss of its own does not come: then all losses train throughout.',
  options,
  namedTerms,
  curve,
  example: {
    weights: [1, 0.5, 2],
    options: { switch: 0.5 },
    readings: [{ losses: [] }, { losses: [] }, { losses: [] }, { losses: [] }],
    expected: [
      [0, 0.5, 2],
      [0, 0.5, 2],
      [1, 0, 0],
      [1, 0, 0],
    ],
  },
  create({ terms, weights, reference, steps, options: chosen }) {
    const named = chosen.first === null ? undefined : namedTerms(chosen);
    const isFirst = weights.map((_, index) =>
      named ? named.includes(terms[index] ?? '') : index !== reference,
    );
    const hasLoss = (first: boolean): boolean =>
      weights.some((weight, index) => weight !== 0 && isFirst[index] === first);
    const hasStages = hasLoss(true) && hasLoss(false);
    return {
      weights({ step }) {
        if (!hasStages) return weights;
        const isFirstStage = curve(chosen, steps, step) === 1;
        return weights.map((weight, index) => (isFirst[index] === isFirstStage ? weight : 0));
      },
      snapshot: () => [],
      restore: () => undefined,
    };
  },
};
