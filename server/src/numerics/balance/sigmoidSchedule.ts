import { logistic } from './softmax.ts';

export interface SigmoidSchedule {
  /** Where it passes ½ (before it is normalised). */
  readonly middle: number;
  /** T, the number of steps. */
  readonly end: number;
  /** k, 5 to 10 in seed 002. */
  readonly steepness: number;
}

/**
 * 1/(1 + exp(−k (t − t_mid)/T)) (seed 002, plan B). Trap: it neither starts at 0 nor ends at 1: for
 * t_mid = T/2, k = 5 runs from 0.076 to 0.924, k = 10 from 0.0067 to 0.9933.
 */
export function sigmoidSchedule(step: number, schedule: SigmoidSchedule): number {
  const { middle, end, steepness } = schedule;
  return logistic((steepness * (step - middle)) / end);
}

/** The same, stretched to run from exactly 0 at step 0 to exactly 1 at T, and constant outside. */
export function rangeNormalisedSigmoid(step: number, schedule: SigmoidSchedule): number {
  const first = sigmoidSchedule(0, schedule);
  const last = sigmoidSchedule(schedule.end, schedule);
  if (last === first) return step < schedule.middle ? 0 : 1;
  const here = sigmoidSchedule(Math.max(0, Math.min(schedule.end, step)), schedule);
  return (here - first) / (last - first);
}
