import { z } from 'zod';

import { stagedSchedule } from '../../numerics/balance/stagedSchedule.ts';
import { smoothStagedSchedule } from '../../numerics/balance/stagedSigmoidSchedule.ts';
import type { Strategy } from '../strategy.ts';
import { nothingSeen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createScheduled, namedTerm, scheduledTerm, shareOfRun, stepsDone } from './scheduled.ts';

const stageSchema = z.strictObject({
  from: shareOfRun.describe('Where the stage begins, as a share of the run.'),
  factor: z.number().min(0).describe('Factor of the weight in this stage.'),
});

const options = z.strictObject({
  ...scheduledTerm,
  stages: z
    .array(stageSchema)
    .min(1)
    .refine(
      (stages) => stages.every(({ from }, index) => from > (stages[index - 1]?.from ?? -1)),
      'stages must rise, each beginning later than the one before it',
    )
    .refine(([first]) => first === undefined || first.from === 0, 'the first stage begins at 0')
    .default([
      { from: 0, factor: 0.1 },
      { from: 0.33, factor: 0.5 },
      { from: 0.67, factor: 1 },
    ])
    .describe('The stages, by rising beginning; those of seed 002 if left out.'),
  width: z
    .number()
    .min(0)
    .default(0)
    .describe('Width of a smooth ramp between stages, as a share of the run; 0 jumps.'),
});
type Options = z.infer<typeof options>;

function curve({ stages, width }: Options, steps: number, step: number): number {
  const bounds = stages.slice(1).map(({ from }) => from);
  const factors = stages.map(({ factor }) => factor);
  const done = stepsDone(step);
  return width > 0
    ? smoothStagedSchedule(done, steps, bounds, factors, width)
    : stagedSchedule(done, steps, bounds, factors);
}

/** Constant stages (seed 002, plan E; M6 of science.md §1.3), or smooth ramps between them. */
export const staged: Strategy<Options> = {
  name: 'staged',
  description:
    'A weight has a factor for each stage of the run, with jumps or smooth ramps between.',
  formula: 'wₖ(t) = wₖ · (factor of the stage); smooth: first + Σ rises · σ((t/T − from)/width)',
  needs: 'nothing',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: likeASum,
  degenerate: nothingSeen,
  source: 'Seed 002, plan E.',
  trap: 'The stages of the seed overlap at their bounds; here a stage begins at its bound. Its combined schedule, said to be smooth, falls sixfold at 0.33 T and jumps at 0.67 T; `width` gives what was meant. In a flow or diffusion model "early" may mean the time of the process, which runs the other way.',
  options,
  namedTerms: namedTerm,
  curve,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }, { losses: [1, 1] }],
    // t/T = 0, 0.25, 0.5, 0.75.
    expected: [
      [1, 0.05],
      [1, 0.05],
      [1, 0.25],
      [1, 0.5],
    ],
  },
  create: (setup) =>
    createScheduled(setup, setup.options.term, (at) => curve(setup.options, setup.steps, at)),
};
