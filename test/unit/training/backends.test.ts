import type * as tfc from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';

import { createRandom } from '../../../server/src/base/random.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { backends } from '../../../server/src/training/backends/registry.ts';
import { wasm } from '../../../server/src/training/backends/wasm.ts';
import { EagerEngine } from '../../../server/src/training/eagerEngine.ts';
import type { Batch, Tf } from '../../../server/src/training/task.ts';
import { trainSmall } from './support/flowEditSetup.ts';
import { createSmallTask } from './support/smallTask.ts';

/** The largest of |a − b| over the largest of |a|. */
function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const differences = Array.from(a, (value, index) => Math.abs(value - (b[index] ?? Number.NaN)));
  return Math.max(...differences) / Math.max(1e-9, ...Array.from(a, Math.abs));
}

function matrix(tf: Tf, shape: number[], seed: number): tfc.Tensor {
  const random = createRandom(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

describe('backends', () => {
  afterEach(async () => {
    await cpu.load();
  });

  it.each(backends)('$name says whether it can run here, in words', async (backend) => {
    const availability = await backend.probe();
    const words = availability.available ? availability.detail : availability.reason;
    expect(words).toMatch(/\w+/);
  });

  it('train alike: 20 steps of flow-edit on wasm agree with plain JavaScript', async () => {
    const expected = await trainSmall({ steps: 20 }, { backend: cpu });
    const actual = await trainSmall({ steps: 20 }, { backend: wasm });
    for (const [index, line] of expected.lines.entries()) {
      const { wall_time: _, 'time/step_ms': __, ...values } = line;
      for (const [metric, value] of Object.entries(values)) {
        const tolerance = 1e-5 + 2e-4 * Math.abs(Number(value));
        const difference = Math.abs(Number(actual.lines[index]?.[metric]) - Number(value));
        expect(difference, `${metric} of step ${line.step}`).toBeLessThan(tolerance);
      }
    }
    expect(new Set(actual.tensors).size).toBe(1);
  });

  it.each([cpu, wasm])(
    'clip a gradient that is not finite as a whole on $name',
    async (backend) => {
      const tf = await backend.load();
      const { spec, instance, batch } = createSmallTask(tf, { clipNorm: 1 });
      const [, head] = instance.groups;
      const losses = (seen: Batch) => {
        const { near = tf.scalar(0), ...others } = instance.losses(seen);
        const nothing = (head?.variables ?? []).map((variable) => tf.sum(tf.mul(variable, 0)));
        return { ...others, near: tf.addN<tfc.Scalar>([near, ...(nothing as tfc.Scalar[])]) };
      };
      const { input, ...rest } = batch(1);
      const broken = { ...rest, input: tf.fill([6, 3], Number.NaN) };
      const engine = new EagerEngine(tf, { ...spec, instance: { ...instance, losses } });
      // The own gradient of the head is 0.
      const weigh = () => [1, 0, 0];
      const outcome = await engine.step({ step: 1, kind: 'plain', batches: [broken], weigh });
      const { parameters = [] } = (await engine.snapshot()).vectors;
      expect([...parameters].every(Number.isNaN)).toBe(true);
      for (const part of [outcome, engine, instance]) part.dispose();
      tf.dispose([input, broken, spec.example] as tfc.TensorContainer);
    },
  );

  const products = [
    [[33, 65], [65, 17], false, false],
    [[65, 33], [65, 17], true, false],
    [[33, 65], [17, 65], false, true],
    [[65, 33], [17, 65], true, true],
    [[5, 1], [1, 9], false, false],
    [[1, 5], [9, 1], true, true],
    [[3, 8, 50], [3, 50, 6], false, false],
    [[3, 8, 50], [3, 6, 50], false, true],
    [[3, 50, 8], [50, 6], true, false],
    [[5, 0], [0, 9], false, false],
    [[2, 5, 0], [9, 0], false, true],
  ] as const;

  it.each(products)('multiply %j by %j (transposed: %s, %s) alike', async (a, b, turnA, turnB) => {
    const multiply = (tf: Tf): Float32Array => {
      const product = tf.tidy(() =>
        tf.matMul(matrix(tf, [...a], 1), matrix(tf, [...b], 2), turnA, turnB),
      );
      const values = product.dataSync<'float32'>().slice();
      product.dispose();
      return values;
    };
    const expected = multiply(await cpu.load());
    expect(relativeError(expected, multiply(await wasm.load()))).toBeLessThan(1e-5);
  });

  it('multiply by an operand that was reshaped since it was last used', async () => {
    const multiplyTwice = (tf: Tf): number[] =>
      tf.tidy(() => {
        const b = matrix(tf, [6, 4], 3);
        const first = tf.matMul(matrix(tf, [2, 6], 4) as tfc.Tensor2D, b as tfc.Tensor2D);
        const reshaped = tf.reshape<tfc.Rank.R2>(b, [4, 6]);
        const second = tf.matMul(matrix(tf, [2, 4], 5) as tfc.Tensor2D, reshaped);
        return [...first.dataSync(), ...second.dataSync()];
      });
    const expected = multiplyTwice(await cpu.load());
    const tf = await wasm.load();
    const before = tf.memory().numTensors;
    expect(relativeError(expected, multiplyTwice(tf))).toBeLessThan(1e-5);
    expect(tf.memory().numTensors).toBe(before);
  });
});
