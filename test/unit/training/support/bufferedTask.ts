import type * as tfc from '@tensorflow/tfjs-core';

import type {
  Batch,
  TaskInstance,
  Tf,
  TrainingPlan,
} from '../../../../server/src/training/task.ts';
import { createSmallTask, type SmallTask } from './smallTask.ts';

export interface BufferedTask extends SmallTask {
  /** A running mean of what the teacher makes of the input, and the largest input so far. */
  readonly centre: tfc.Variable;
  readonly largest: tfc.Variable;
}

/** What the teacher, a copy of the trunk's first weights, makes of the input. */
export function teacherOutput(tf: Tf, { teacher }: TaskInstance, batch: Batch): tfc.Tensor2D {
  const [pair] = teacher?.pairs ?? [];
  if (!pair) throw new Error('the small task has a teacher');
  return tf.matMul(batch.input as tfc.Tensor2D, pair.teacher as tfc.Tensor as tfc.Tensor2D);
}

/** The small task with two buffers, of which its first loss reads both. */
export function createBufferedTask(tf: Tf, plan: Partial<TrainingPlan> = {}): BufferedTask {
  const task = createSmallTask(tf, plan);
  const { instance, variables } = task;
  const [first] = variables;
  if (!first) throw new Error('a trunk has weights');
  const centre = tf.tidy(() => tf.variable(tf.fill([4], 0.5), false));
  const largest = tf.tidy(() => tf.variable(tf.zeros([1, 1]), false));
  const buffered: TaskInstance = {
    ...instance,
    buffers: {
      variables: [centre, largest],
      next: (batch) => [
        tf.add(tf.mul(centre, 0.9), tf.mul(tf.mean(teacherOutput(tf, instance, batch), 0), 0.1)),
        tf.maximum(largest, tf.max(tf.abs(batch.input ?? largest))),
      ],
    },
    losses(batch) {
      const { near, ...others } = instance.losses(batch);
      const output = tf.matMul(batch.input as tfc.Tensor2D, first as tfc.Tensor as tfc.Tensor2D);
      const apart = tf.mean(tf.square(tf.sub(output, centre)));
      const scaled = tf.mul(apart, tf.add(tf.mean(largest), 1));
      return { ...others, near: tf.add<tfc.Scalar>(scaled, near ?? scaled) };
    },
    dispose() {
      instance.dispose();
      centre.dispose();
      largest.dispose();
    },
  };
  const spec = { ...task.spec, instance: buffered };
  return { ...task, instance: buffered, spec, centre, largest };
}
