import type * as tfc from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { createRandom } from '../../../server/src/base/random.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { detach } from '../../../server/src/training/detach.ts';
import { recordForward } from '../../../server/src/training/gradientTape.ts';
import type { Tf } from '../../../server/src/training/task.ts';
import { flowEdit } from '../../../server/src/training/tasks/flowEdit/flowEdit.ts';
import { smallConfig } from './support/flowEditSetup.ts';

describe('a recorded forward pass', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await cpu.load();
  });

  it('gives each loss the gradients of tf.variableGrads, bit for bit, and leaves nothing behind', () => {
    const instance = flowEdit.create(tf, smallConfig(), createRandom(1));
    const variables = instance.groups.flatMap((group) => group.variables);
    const batch = instance.nextBatch(createRandom(2));
    const names = flowEdit.terms.map((term) => term.name);
    const lossNamed = (name: string): tfc.Scalar => {
      const loss = instance.losses(batch)[name];
      if (!loss) throw new Error(`no loss ${name}`);
      return loss;
    };
    const before = tf.memory().numTensors;

    const forward = recordForward(tf, variables, () => {
      const losses = instance.losses(batch);
      return names.flatMap((name) => losses[name] ?? []);
    });
    tf.tidy(() => {
      for (const [index, name] of names.entries()) {
        const own = forward.gradients((losses) => losses[index] ?? tf.scalar(0), variables);
        const { value, grads } = tf.variableGrads(() => lossNamed(name), [...variables]);
        expect(forward.losses[index]?.dataSync()).toEqual(value.dataSync());
        for (const [position, variable] of variables.entries()) {
          expect(own[position]?.dataSync()).toEqual(grads[variable.name]?.dataSync());
        }
      }
    });
    forward.dispose();

    expect(tf.memory().numTensors).toBe(before);
    for (const tensor of Object.values(batch)) tensor.dispose();
    instance.dispose();
  });

  it('knows without computing which variables a loss reaches: those with a gradient', () => {
    const [first, second, third] = [1, 2, 3].map((value) => tf.variable(tf.scalar(value)));
    if (!first || !second || !third) throw new Error('there are three');
    const variables = [first, second, third];
    const constant = tf.scalar(0.5);
    const forward = recordForward(tf, variables, () => {
      const product = tf.mul<tfc.Scalar>(first, second);
      const detached = detach(tf, tf.square<tfc.Scalar>(third));
      const parts = tf.split(tf.stack([product, third]), 2);
      return [
        tf.add<tfc.Scalar>(product, detached),
        tf.mul<tfc.Scalar>(third, 0),
        constant,
        tf.square<tfc.Scalar>(second),
        tf.sum(parts[0] ?? product),
      ];
    });
    const before = tf.memory().numTensors;
    for (const loss of forward.losses) {
      const gradients = forward.gradients(() => loss, variables);
      const expected = variables.filter((_, index) => gradients[index] !== undefined);
      expect(forward.reached([loss], variables)).toEqual(expected);
      tf.dispose(gradients.filter((gradient) => gradient !== undefined));
    }
    const [both, zero, none] = forward.losses;
    if (!both || !zero || !none) throw new Error('there are five');
    expect(forward.reached([both], variables)).toEqual([first, second]);
    expect(forward.reached([both, zero], variables)).toEqual(variables);
    expect(forward.reached([none], variables)).toEqual([]);
    expect(forward.reached([], variables)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
    forward.dispose();
    tf.dispose([...variables, constant]);
  });

  it('leaves alone what a task gives as a loss and keeps', () => {
    const variable = tf.variable(tf.scalar(2));
    const constant = tf.scalar(0.5);
    const forward = recordForward(tf, [variable], () => [constant, variable, variable]);
    const [none] = forward.gradients(([first]) => first ?? constant, [variable]);
    const [one] = forward.gradients(([, second]) => second ?? constant, [variable]);
    expect(none).toBeUndefined();
    expect(one?.dataSync()[0]).toBe(1);
    forward.dispose();
    expect([constant.dataSync()[0], variable.dataSync()[0]]).toEqual([0.5, 2]);
    expect([constant, variable].some(({ isDisposed }) => isDisposed)).toBe(false);
    tf.dispose([constant, one, variable]);
  });

  it('differentiates a combination of losses that is made after the forward pass', () => {
    const variable = tf.variable(tf.tensor1d([2, 3]));
    const forward = recordForward(tf, [variable], () => [
      tf.sum(tf.square(variable)),
      tf.sum(variable),
    ]);
    const [gradient] = forward.gradients(
      (losses) => tf.addN(losses.map((loss, index) => tf.mul<tfc.Scalar>(loss, index + 1))),
      [variable],
    );
    expect([...(gradient?.dataSync() ?? [])]).toEqual([6, 8]);
    gradient?.dispose();
    forward.dispose();
    variable.dispose();
  });

  it('knows no gradient where there is no path', () => {
    const used = tf.variable(tf.scalar(2));
    const unused = tf.variable(tf.scalar(5));
    const forward = recordForward(tf, [used, unused], () => [tf.square(used)]);
    const gradients = forward.gradients((losses) => losses[0] ?? tf.scalar(0), [used, unused]);
    expect(gradients[0]?.dataSync()[0]).toBe(4);
    expect(gradients[1]).toBeUndefined();
    gradients[0]?.dispose();
    forward.dispose();
    tf.dispose([used, unused]);
  });
});
