import type { LearningRateSchedule } from '../learningRate.ts';

/**
 * γⁿ, where n is the number of milestones that are done, as in torch.optim.lr_scheduler.MultiStepLR.
 * Milestones are steps of the whole run, so that a warm-up does not move them.
 */
export const step: LearningRateSchedule = {
  name: 'step',
  description:
    'Multiplied by gamma after each of the milestones, which count from the run’s start.',
  example: {
    plan: { milestones: [30, 60], gamma: 0.1 },
    factors: { 1: 1, 30: 1, 31: 0.1, 60: 0.1, 61: 0.01, 100: 0.01 },
  },
  factor({ milestones, gamma, warmupSteps }, stepOfSchedule) {
    const done = warmupSteps + stepOfSchedule - 1;
    return gamma ** milestones.filter((milestone) => milestone <= done).length;
  },
};
