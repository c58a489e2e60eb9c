import type { LearningRateSchedule } from '../learningRate.ts';

export const constant: LearningRateSchedule = {
  name: 'constant',
  description: 'The full learning rate at every step.',
  example: { plan: {}, factors: { 1: 1, 50: 1, 100: 1 } },
  factor: () => 1,
};
