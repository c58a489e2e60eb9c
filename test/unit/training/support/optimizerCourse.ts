import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Optimizer } from '../../../../server/src/training/optimizer.ts';
import type { OptimizerPlan } from '../../../../server/src/training/optimizerPlan.ts';
import type { Tf } from '../../../../server/src/training/task.ts';
import {
  planTrainingOptions,
  trainingOptions,
} from '../../../../server/src/training/trainingOptions.ts';

export interface OptimizerCourse {
  readonly plan: OptimizerPlan;
  readonly start: readonly number[];
  /** One row a step. */
  readonly gradients: readonly (readonly number[])[];
  readonly rateAt?: (step: number) => number;
  readonly learningRateFactors?: readonly number[] | undefined;
  readonly weightDecays?: readonly number[] | undefined;
}

/** The plan that shared options make, for a task with the groups `first` and `second` and no cut. */
export function planOf(options: object = {}) {
  const groups = ['first', 'second'];
  const shape = trainingOptions({ learningRate: 0.01, groups, cuts: [], terms: [] });
  return planTrainingOptions(z.strictObject(shape).parse(options));
}

/** An optimiser as a golden of torch names it; the groups are a learning rate's factor and a decay. */
export interface TorchCase {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly groups: readonly (readonly number[])[] | null;
}

/** torch's names of options in those of a config, planned. */
export function planOfCase({ name, options, groups }: TorchCase): OptimizerPlan {
  const { eps, ...others } = { eps: undefined, ...options };
  const [first, second] = (groups ?? []).map(([learning_rate_factor, weight_decay]) => ({
    learning_rate_factor,
    weight_decay,
  }));
  const optimizer = {
    name,
    ...others,
    ...(eps === undefined ? {} : { epsilon: eps }),
    ...(first && second ? { groups: { first, second } } : {}),
  };
  return planOf({ optimizer }).optimizer;
}

const counting = 'steps of the run';

/** Takes one step for each gradient as an engine does; gives update and parameters after each. */
export function takeCourse(tf: Tf, optimizer: Optimizer, course: OptimizerCourse) {
  const { plan, start, gradients, rateAt = () => plan.learningRate } = course;
  const vector = (values?: readonly number[]) => values && tf.tensor1d([...values]);
  return tf.tidy(() => {
    const learningRateFactors = vector(course.learningRateFactors);
    const weightDecays = vector(course.weightDecays);
    let parameters = tf.tensor1d([...start]);
    let slots: readonly tfc.Tensor1D[] = optimizer
      .slots(plan, counting)
      .map(() => tf.zeros([start.length]));
    return gradients.map((gradient, index) => {
      const step = index + 1;
      const numbers = Object.entries(optimizer.scalars(plan, step, rateAt(step), counting));
      const result = optimizer.update(tf, {
        ...{ plan, counting, parameters, slots, learningRateFactors, weightDecays },
        gradient: tf.tensor1d([...gradient]),
        scalars: Object.fromEntries(numbers.map(([name, value]) => [name, tf.scalar(value)])),
      });
      slots = result.slots;
      parameters = tf.add(parameters, result.update);
      return {
        update: [...result.update.dataSync()],
        parameters: [...parameters.dataSync()],
        slots: slots.length,
      };
    });
  });
}
