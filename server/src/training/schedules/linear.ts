import type { LearningRateSchedule } from '../learningRate.ts';

/** As torch.optim.lr_scheduler.LinearLR from 1: full at the first step, `finalFactor` once the last is done. */
export const linear: LearningRateSchedule = {
  name: 'linear',
  description: 'Falls in a straight line to final_factor at the end of the run.',
  example: { plan: { finalFactor: 0.2 }, factors: { 1: 1, 26: 0.8, 51: 0.6, 100: 0.208 } },
  factor: ({ finalFactor }, step, steps) => 1 + ((finalFactor - 1) * (step - 1)) / steps,
};
