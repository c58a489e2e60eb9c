import type * as tfc from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { findNonFinite } from '../../../server/src/training/checkBatch.ts';
import { EagerEngine } from '../../../server/src/training/eagerEngine.ts';
import { namedLosses } from '../../../server/src/training/namedLosses.ts';
import { ParameterVector } from '../../../server/src/training/parameterVector.ts';
import { StepParts } from '../../../server/src/training/stepParts.ts';
import { Stepper } from '../../../server/src/training/stepper.ts';
import { disposeBatch } from '../../../server/src/training/stepSpec.ts';
import type { Tf } from '../../../server/src/training/task.ts';
import { createSmallTask } from './support/smallTask.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

describe('errors of a step name what is wrong', () => {
  it('a loss that is missing, undeclared, or no scalar', () => {
    const good = tf.scalar(1);
    const vector = tf.tensor1d([1, 2]) as tfc.Tensor as tfc.Scalar;
    const whole = tf.scalar(1, 'int32');
    expect(() => namedLosses({ kl: good }, ['kl', 'rec'])).toThrow(
      'The task gives no loss named rec; it gives kl.',
    );
    expect(() => namedLosses({ kl: good, other: good }, ['kl'])).toThrow(/does not declare: other/);
    expect(() => namedLosses({ kl: vector }, ['kl'])).toThrow(
      'The loss kl has shape [2] and kind float32; a loss must be a float32 scalar, such as a mean over the batch.',
    );
    expect(() => namedLosses({ kl: whole }, ['kl'])).toThrow(/shape \[\] and kind int32/);
    const number = 3 as unknown as tfc.Scalar;
    expect(() => namedLosses({ kl: number }, ['kl'])).toThrow(
      'The loss kl is 3; a loss must be a tensor, made by tf.',
    );
    tf.dispose([good, vector, whole]);
  });

  it('a parameter that is named twice, and a group', () => {
    const twice = tf.variable(tf.zeros([2, 3]));
    expect(
      () =>
        new ParameterVector(tf, [
          { name: 'trunk', variables: [twice] },
          { name: 'head', variables: [twice] },
        ]),
    ).toThrow(
      /parameter \(\S+, float32, shape \[2, 3\]\) is named twice: in the group trunk and in the group head/,
    );
    expect(
      () =>
        new ParameterVector(tf, [
          { name: 'trunk', variables: [twice] },
          { name: 'trunk', variables: [] },
        ]),
    ).toThrow('Two parameter groups are named trunk.');
    twice.dispose();
  });

  it('a parameter that cannot be trained', () => {
    const whole = tf.variable(tf.tensor1d([1, 2], 'int32'));
    expect(() => new ParameterVector(tf, [{ name: 'trunk', variables: [whole] }])).toThrow(
      /parameter \(\S+, int32, shape \[2\]\) of the group trunk cannot be trained: only float32/,
    );
    whole.dispose();
  });

  it('a shared group that is not there, and nothing to train', () => {
    const task = createSmallTask(tf);
    const { spec, instance } = task;
    expect(() => new StepParts(tf, { ...spec, sharedGroup: 'body' })).toThrow(
      'The task has no parameter group named body, which all its losses are to share; its groups: trunk, head.',
    );
    const idle = { ...instance, groups: [{ name: 'trunk', variables: [] }] };
    expect(() => new StepParts(tf, { ...spec, instance: idle })).toThrow(
      'The task has no parameters to train.',
    );
    const cuts = [{ name: 'nothing', variables: [] }];
    const plan = { ...spec.plan, probeCut: 'nothing' };
    expect(() => new StepParts(tf, { ...spec, plan, instance: { ...instance, cuts } })).toThrow(
      'The cut nothing has no parameters.',
    );
    disposeBatch(spec.example);
    instance.dispose();
  });

  it('an empty batch', async () => {
    const task = createSmallTask(tf);
    const engine = new EagerEngine(tf, task.spec);
    const empty = task.batch(1, 0);
    await expect(new Stepper(task.spec).step(engine, 7, 'plain', [empty])).rejects.toThrow(
      'The batch of step 7 is empty: its tensor input has shape [0, 3].',
    );
    engine.dispose();
    task.instance.dispose();
  });

  it('a cut that the task does not have', () => {
    const task = createSmallTask(tf, { probeCut: 'nowhere' });
    expect(() => new StepParts(tf, task.spec)).toThrow(
      'This task has no cut named nowhere to stop probes at; its cuts: trunk-end.',
    );
    task.instance.dispose();
  });

  it('values of a batch that are not finite', async () => {
    const image = tf.tensor2d([1, 2, Number.NaN, 4, Number.POSITIVE_INFINITY, 6], [3, 2]);
    const fine = tf.tensor1d([1]);
    const labels = tf.tensor1d([1, 2], 'int32');
    expect(await findNonFinite({ fine, image, labels })).toEqual([
      {
        name: 'image',
        text: 'the tensor image of the batch (float32, shape [3, 2]) holds 2 of 6 values that are not finite, the first, NaN, at [1, 0]',
      },
    ]);
    tf.dispose([image, fine, labels]);
  });
});
