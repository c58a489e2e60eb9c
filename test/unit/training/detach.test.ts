import type * as tfc from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { wasm } from '../../../server/src/training/backends/wasm.ts';
import { detach } from '../../../server/src/training/detach.ts';
import type { Tf } from '../../../server/src/training/task.ts';

describe.each([cpu, wasm])('detach on $name', (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await backend.load();
  });

  it('keeps values, shape and kind', () => {
    tf.tidy(() => {
      const tensor = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32');
      const detached = detach(tf, tensor);
      expect(detached.shape).toEqual([2, 3]);
      expect(detached.dtype).toBe('int32');
      expect(detached.arraySync()).toEqual(tensor.arraySync());
    });
  });

  it('leaves no path for gradients', () => {
    tf.tidy(() => {
      const gradient = tf.grad((x) => tf.sum(tf.square(detach(tf, x))));
      expect(() => gradient(tf.tensor1d([1, 2]))).toThrow(/Cannot compute gradient/);
    });
  });

  it('lets the gradient pass beside it alone', () => {
    tf.tidy(() => {
      const gradient = tf.grad((x) => tf.sum(tf.mul(x, detach(tf, tf.square(x)))));
      expect([...gradient(tf.tensor1d([2, 3])).dataSync()]).toEqual([4, 9]);
    });
  });

  it('gives no gradient, and not one of zero, for a variable that it cuts off', () => {
    tf.tidy(() => {
      const cut = tf.variable(tf.tensor1d([1, 2]));
      const free = tf.variable(tf.tensor1d([3, 4]));
      const { grads } = tf
        .engine()
        .gradients(
          () => tf.sum(tf.mul(detach(tf, tf.square<tfc.Tensor1D>(cut)), free)),
          [cut, free],
          undefined,
          true,
        );
      const [none, some]: readonly (tfc.Tensor | undefined)[] = grads;
      expect(none).toBeUndefined();
      expect([...(some?.dataSync() ?? [])]).toEqual([1, 4]);
      tf.dispose([cut, free]);
    });
  });

  it('holds the data for itself, whoever is disposed first', () => {
    const before = tf.memory();
    const first = tf.tensor1d([1, 2]);
    const second = detach(tf, first);
    first.dispose();
    expect([...second.dataSync()]).toEqual([1, 2]);
    const third = detach(tf, second);
    third.dispose();
    expect([...second.dataSync()]).toEqual([1, 2]);
    second.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    expect(tf.memory().numBytes).toBe(before.numBytes);
  });

  it('shows a variable as it was when the variable moves on', () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const detached = detach<tfc.Tensor>(tf, variable);
    variable.assign(tf.tensor1d([5, 6]));
    expect([...detached.dataSync()]).toEqual([1, 2]);
    tf.dispose([variable, detached]);
  });

  it('leaves nothing behind in a thousand backward passes', () => {
    const variable = tf.variable(tf.scalar(2));
    const counts = Array.from({ length: 1000 }, () => {
      tf.tidy(() => {
        const { grads } = tf.variableGrads(() => {
          const square = tf.square<tfc.Scalar>(variable);
          return tf.mul<tfc.Scalar>(square, detach(tf, square));
        }, [variable]);
        expect(Object.values(grads)[0]?.dataSync()[0]).toBe(16);
      });
      return `${tf.memory().numTensors} ${tf.memory().numDataBuffers} ${tf.memory().numBytes}`;
    });
    expect(new Set(counts).size).toBe(1);
    variable.dispose();
  });
});
