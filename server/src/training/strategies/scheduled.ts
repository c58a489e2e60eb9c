import { z } from 'zod';

import type { StrategySetup, StrategyState } from '../strategy.ts';

/** Options that all schedules of weights have. */
export const scheduledTerm = {
  term: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('The loss whose weight follows the schedule; null for all but the reference loss.'),
} as const;

/** A point of the run, as a share of its steps. */
export const shareOfRun = z.number().min(0).max(1);

/** Options of a way from one factor to another over a stretch of the run. */
export const rampOptions = z.strictObject({
  ...scheduledTerm,
  start: shareOfRun.default(0).describe('Where the way starts, as a share of the run.'),
  end: shareOfRun.default(1).describe('Where it ends, as a share of the run.'),
  first: z.number().min(0).default(0).describe('Factor of the weight up to the start.'),
  last: z.number().min(0).default(1).describe('Factor of the weight from the end on.'),
});
export type RampOptions = z.infer<typeof rampOptions>;

/** A schedule starts at the first step and is at its end once the last is done, as those of the learning rate. */
export function stepsDone(step: number): number {
  return step - 1;
}

export function namedTerm({ term }: { readonly term: string | null }): readonly string[] {
  return term === null ? [] : [term];
}

/**
 * Multiplies the weight of one loss, or of all but the reference, by a factor that is known beforehand.
 *
 * @param factor at a step, counted from 1
 */
export function createScheduled(
  { terms, weights, reference }: StrategySetup,
  term: string | null,
  factor: (step: number) => number,
): StrategyState {
  const follows = (index: number): boolean =>
    term === null ? index !== reference : terms[index] === term;
  return {
    weights({ step }) {
      const now = factor(step);
      return weights.map((weight, index) => (follows(index) ? weight * now : weight));
    },
    snapshot: () => [],
    restore: () => undefined,
  };
}
