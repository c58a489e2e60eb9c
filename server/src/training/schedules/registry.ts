import type { LearningRateSchedule } from '../learningRate.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { inverseSquareRoot } from './inverseSquareRoot.ts';
import { linear } from './linear.ts';
import { step } from './step.ts';

/** All courses of the learning rate, by name. */
export const learningRateSchedules: readonly LearningRateSchedule[] = [
  constant,
  cosine,
  inverseSquareRoot,
  linear,
  step,
];
