import type * as tfc from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { layerStatistics } from '../../../../server/src/training/inspection/layerStatistics.ts';
import type { Batch, ParameterGroup, Tf } from '../../../../server/src/training/task.ts';
import { createSmallTask } from '../support/smallTask.ts';

/** TensorFlow.js takes its time to load where all tests do so at once. */
const loadTimeout = 60_000;

let tf: Tf;
let before = 0;
const opened: { dispose(): void }[] = [];
beforeAll(async () => {
  tf = await cpu.load();
}, loadTimeout);
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  for (const each of opened.splice(0)) each.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

function variable(values: readonly number[], shape: readonly number[]): tfc.Variable {
  const made = tf.tidy(() => tf.variable(tf.tensor([...values], [...shape])));
  opened.push(made);
  return made;
}

/** Statistics of a model that a test writes, on x = [[1, −1], [2, 1]]. */
function statisticsOf(
  groups: readonly ParameterGroup[],
  forward: (x: tfc.Tensor2D) => tfc.Tensor,
): Promise<Readonly<Record<string, number>>> {
  const x = tf.tensor2d([1, -1, 2, 1], [2, 2]);
  opened.push(x);
  const losses = (batch: Batch) => ({
    only: tf.mean<tfc.Scalar>(forward(batch.x as tfc.Tensor2D)),
  });
  const instance = {
    ...{ groups, losses },
    nextBatch: () => ({ x }),
    evaluate: async () => ({}),
    dispose: () => undefined,
  };
  return layerStatistics(tf, { instance }, { x });
}

describe('the statistics of a layer', () => {
  it('are of its weights and of what it gives after its bias', async () => {
    const weights = variable([1, 0, -2, 3], [2, 2]);
    const bias = variable([1, 0], [2]);
    const metrics = await statisticsOf([{ name: 'net', variables: [weights, bias] }], (x) =>
      tf.square(tf.add(tf.matMul(x, weights), bias)),
    );
    // x W + b = [[4, −3], [1, 3]].
    expect(metrics).toEqual({
      'parameter/net.0/rms': expect.closeTo(Math.sqrt(14 / 4), 6),
      'parameter/net.0/abs_max': 3,
      'parameter/net.0/zero_share': 0.25,
      'activation/net.0/rms': expect.closeTo(Math.sqrt(35 / 4), 6),
      'activation/net.0/zero_share': 0,
      'activation/net.0/dead_share': 0,
    });
  });

  it('show the zeros of ReLU and the units that are dead for the whole batch', async () => {
    const weights = variable([1, 0, -2, -1, 1, 1], [2, 3]);
    const head = variable([1, 1, 1], [3, 1]);
    const metrics = await statisticsOf([{ name: 'net', variables: [weights, head] }], (x) =>
      tf.matMul(tf.relu(tf.matMul(x, weights)) as tfc.Tensor2D, head),
    );
    // x W = [[2, −1, −3], [1, 1, −3]]: the third unit is dead.
    expect(metrics['activation/net.0/zero_share']).toBe(0.5);
    expect(metrics['activation/net.0/dead_share']).toBeCloseTo(1 / 3, 12);
    expect(metrics['activation/net.0/rms']).toBeCloseTo(Math.sqrt(6 / 6), 6);
    expect(metrics['activation/net.1/rms']).toBeCloseTo(2, 6);
    expect(metrics).not.toHaveProperty('activation/net.0/saturated_share');
  });

  it('see through a fused kernel', async () => {
    const weights = variable([1, 0, -2, -1, 1, 1], [2, 3]);
    const metrics = await statisticsOf([{ name: 'net', variables: [weights] }], (x) =>
      tf.fused.matMul({ a: x, b: weights as tfc.Tensor2D, activation: 'relu' }),
    );
    expect(metrics['activation/net.0/dead_share']).toBeCloseTo(1 / 3, 12);
  });

  it('say how much of a tanh or a sigmoid is saturated', async () => {
    const weights = variable([4, 0, 0, 6], [2, 2]);
    const gate = variable([40, 0, 0, 1], [2, 2]);
    const metrics = await statisticsOf(
      [
        { name: 'first', variables: [weights] },
        { name: 'second', variables: [gate] },
      ],
      (x) =>
        tf.sigmoid(tf.matMul(tf.tanh(tf.matMul(x, tf.mul(weights, 1.25))) as tfc.Tensor2D, gate)),
    );
    // 1.25 x W = [[5, −7.5], [10, 7.5]], of which 10 alone is beyond 9.4999.
    expect(metrics['activation/first.0/saturated_share']).toBe(0.25);
    // About [[40, −1], [40, 1]].
    expect(metrics['activation/second.0/saturated_share']).toBe(0.5);
  });

  it('take a sigmoid that multiplies its own input for a part of SiLU', async () => {
    const task = createSmallTask(tf);
    const batch = task.batch(1);
    opened.push(task.instance, ...Object.values(task.spec.example), ...Object.values(batch));
    const metrics = await layerStatistics(tf, task.spec, batch);
    const layers = ['trunk.0', 'trunk.1', 'head.0'];
    expect(Object.keys(metrics).filter((name) => name.endsWith('/rms'))).toEqual([
      ...layers.map((layer) => `parameter/${layer}/rms`),
      ...layers.map((layer) => `activation/${layer}/rms`),
    ]);
    expect(Object.keys(metrics).filter((name) => name.includes('saturated'))).toEqual([]);
    const expected = tf.tidy(() => {
      const [weights, bias] = task.variables;
      if (!weights || !bias) throw new Error('a trunk has layers');
      const sum = tf.add(tf.matMul(batch.input as tfc.Tensor2D, weights as tfc.Tensor2D), bias);
      return tf.sqrt(tf.mean(tf.square(tf.mul(sum, tf.sigmoid(sum))))).dataSync()[0] ?? 0;
    });
    expect(metrics['activation/trunk.0/rms']).toBeCloseTo(expected, 6);
  });

  it('leave a ReLU out that is a part of a loss on the outputs', async () => {
    const weights = variable([1, 0, -2, -1, 1, 1], [2, 3]);
    const metrics = await statisticsOf([{ name: 'net', variables: [weights] }], (x) => {
      const logits = tf.matMul(x, weights as tfc.Tensor2D);
      return tf.sub(tf.relu(logits), tf.mul(logits, 0.5));
    });
    expect(metrics['activation/net.0/zero_share']).toBe(0);
  });

  it('are of all passes through it together', async () => {
    const weights = variable([1, 0, 0, 1], [2, 2]);
    const metrics = await statisticsOf([{ name: 'net', variables: [weights] }], (x) => {
      const first = tf.relu(tf.matMul(x, weights as tfc.Tensor2D));
      const second = tf.relu(tf.matMul(tf.neg(x), weights as tfc.Tensor2D));
      return tf.add(first, second);
    });
    // relu(x) = [[1, 0], [2, 1]] and relu(−x) = [[0, 1], [0, 0]]: the first unit is dead in one pass only.
    expect(metrics['activation/net.0/zero_share']).toBe(0.5);
    expect(metrics['activation/net.0/dead_share']).toBe(0);
    expect(metrics['activation/net.0/rms']).toBeCloseTo(Math.sqrt(7 / 8), 6);
  });

  it('know convolutions with their biases', async () => {
    const filter = variable([1, -1], [1, 1, 1, 2]);
    const bias = variable([0, 0], [2]);
    const metrics = await statisticsOf([{ name: 'net', variables: [filter, bias] }], (x) => {
      const picture = tf.square(tf.reshape(x, [1, 2, 2, 1])) as tfc.Tensor4D;
      return tf.relu(tf.add(tf.conv2d(picture, filter as tfc.Tensor4D, 1, 'same'), bias));
    });
    expect(metrics['activation/net.0/dead_share']).toBe(0.5);
  });
});
