import { beforeAll, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { losses } from '../../../server/src/training/losses/registry.ts';
import { optimizers } from '../../../server/src/training/optimizers/registry.ts';
import { strategies } from '../../../server/src/training/strategies/registry.ts';
import type { Tf } from '../../../server/src/training/task.ts';

describe('every entry does what its example says', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await cpu.load();
  });

  it.each(strategies)('strategy $name', ({ create, example }) => {
    const state = create(example.options);
    const weights = example.losses.map((values) => state.weights(values));
    for (const [step, expected] of example.weights.entries()) {
      for (const [index, weight] of expected.entries()) {
        expect(weights[step]?.[index]).toBeCloseTo(weight, 5);
      }
    }
  });

  it.each(strategies)('strategy $name never gives a weight that is not finite', ({ create }) => {
    const state = create({ weights: [1, 2], reference: 1 });
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e-300, 1e300]) {
      for (const values of [
        [bad, 1],
        [1, bad],
        [bad, bad],
      ]) {
        expect(state.weights(values).every((weight) => Number.isFinite(weight))).toBe(true);
      }
    }
  });

  it.each(losses)('loss $name', ({ create, example }) => {
    const toMatrix = (rows: readonly (readonly number[])[]) =>
      tf.tensor2d(rows.map((row) => [...row]));
    const loss = create(tf, example.prediction[0]?.length ?? 0);
    tf.tidy(() => {
      const prediction = toMatrix(example.prediction);
      const value = loss.compute(prediction, toMatrix(example.target));
      expect(value.dataSync()[0]).toBeCloseTo(example.value, 4);
      expect(loss.compute(prediction, prediction).dataSync()[0]).toBe(0);
      const gradient = tf.grad((x) => loss.compute(tf.reshape(x, prediction.shape), prediction));
      expect([...gradient(prediction).dataSync()].every((slope) => slope === 0)).toBe(true);
    });
    loss.dispose();
  });

  it.each(optimizers)('optimiser $name', ({ create, example }) => {
    const before = tf.memory().numTensors;
    const state = create(tf, { learningRate: 0.1 }, 1);
    for (const [step, value] of example.gradients.entries()) {
      tf.tidy(() => {
        const [update] = state.update(tf.tensor1d([value])).dataSync();
        expect(update).toBeCloseTo(example.updates[step] ?? Number.NaN, 5);
      });
    }
    state.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
