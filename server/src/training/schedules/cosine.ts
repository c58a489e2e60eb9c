import type { LearningRateSchedule } from '../learningRate.ts';

/**
 * Half a cosine wave without restarts (Loshchilov & Hutter, ICLR 2017, eq. 5), as
 * torch.optim.lr_scheduler.CosineAnnealingLR has it: full at the first step, `finalFactor` once the
 * last step is done.
 */
export const cosine: LearningRateSchedule = {
  name: 'cosine',
  description: 'Falls along half a cosine wave to final_factor at the end of the run.',
  example: { plan: { finalFactor: 0.1 }, factors: { 1: 1, 26: 0.868198, 51: 0.55, 76: 0.231802 } },
  factor({ finalFactor }, step, steps) {
    const wave = (1 + Math.cos((Math.PI * (step - 1)) / steps)) / 2;
    return finalFactor + (1 - finalFactor) * wave;
  },
};
