import type { LearningRateSchedule } from '../learningRate.ts';

/**
 * √(W / t) at step t of the run after a warm-up of W steps (Vaswani et al. 2017, §5.3, scaled so that
 * the warm-up ends at 1); 1/√t without a warm-up.
 */
export const inverseSquareRoot: LearningRateSchedule = {
  name: 'inverse-sqrt',
  description: 'Falls with the square root of the step from the end of the warm-up on.',
  example: { plan: { warmupSteps: 4 }, factors: { 1: 0.894427, 12: 0.5, 96: 0.2 } },
  factor: ({ warmupSteps }, step) => Math.sqrt(Math.max(warmupSteps, 1) / (warmupSteps + step)),
};
