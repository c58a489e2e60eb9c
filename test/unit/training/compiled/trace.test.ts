import type * as tfc from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import type { ValueType } from '../../../../server/src/training/backends/compiled/graph.ts';
import { kernelEmitters } from '../../../../server/src/training/backends/compiled/kernels/kernelEmitters.ts';
import {
  type Tracing,
  traceGraph,
} from '../../../../server/src/training/backends/compiled/trace.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { Tf } from '../../../../server/src/training/task.ts';
import { runValues } from './support/runValues.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

const x: ValueType = { shape: [2, 2], dtype: 'float32' };

/** Traces, and checks that TensorFlow.js is as before. */
function trace(build: (tracing: Tracing) => Readonly<Record<string, tfc.Tensor>>) {
  const before = { ...tf.memory() };
  const result = traceGraph(tf, kernelEmitters, { inputs: { x }, build });
  expect({ ...tf.memory() }).toEqual(before);
  expect(tf.getBackend()).toBe('cpu');
  return result;
}

async function values(
  build: (tracing: Tracing) => Readonly<Record<string, tfc.Tensor>>,
  input: readonly number[],
) {
  const traced = trace(build);
  if (!traced.ok) throw new Error(traced.error);
  return runValues(traced.value, { x: input });
}

function reason(build: (tracing: Tracing) => Readonly<Record<string, tfc.Tensor>>): string {
  const traced = trace(build);
  return traced.ok ? 'it can be traced' : traced.error;
}

describe('a trace', () => {
  it('computes what the operations compute, with the tensors around it as constants', async () => {
    const factor = tf.tensor2d([2, 0, 0, 3], [2, 2]);
    const given = await values(
      ({ input }) => ({ y: tf.add(tf.matMul(input('x') as tfc.Tensor2D, factor), tf.scalar(1)) }),
      [1, 2, 3, 4],
    );
    factor.dispose();
    expect(given.y).toEqual({ shape: [2, 2], values: [3, 7, 7, 13] });
  });

  it('keeps constants by value', async () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const traced = trace(({ input }) => ({ y: tf.mul(input('x'), variable) }));
    variable.assign(tf.tensor1d([5, 5]));
    expect(traced.ok && (await runValues(traced.value, { x: [1, 1, 1, 1] })).y?.values).toEqual([
      1, 2, 1, 2,
    ]);
    variable.dispose();
  });

  it('lets a variable stand for a computed tensor, though another tensor shares its values', async () => {
    const start = tf.tensor2d([1, 1, 1, 1], [2, 2]);
    const variable = tf.variable(start);
    const given = await values(
      ({ input, bind }) => {
        bind(variable, tf.mul(input('x'), 2));
        const loss = () => tf.sum<tfc.Scalar>(tf.mul(tf.square(variable), start));
        const { grads, value } = tf.variableGrads(loss, [variable]);
        return { value, slope: grads[variable.name] ?? value };
      },
      [1, 2, 3, 4],
    );
    expect(given.value?.values).toEqual([120]);
    expect(given.slope?.values).toEqual([4, 8, 12, 16]);
    expect([...variable.dataSync()]).toEqual([1, 1, 1, 1]);
    tf.dispose([start, variable]);
  });

  it('lets constants be looked at', async () => {
    const given = await values(
      ({ input }) => {
        const [count = 0] = tf.scalar(3).dataSync();
        return { y: tf.mul(input('x'), count) };
      },
      [1, 2, 3, 4],
    );
    expect(given.y?.values).toEqual([3, 6, 9, 12]);
  });
});

describe('what cannot be traced is said in words', () => {
  it('random draws', () => {
    expect(reason(({ input }) => ({ y: tf.add(input('x'), tf.randomNormal([2, 2])) }))).toMatch(
      /draws at random.*shape \[2, 2\].*must be part of the batch/,
    );
  });

  it('a course that changes from call to call', () => {
    let calls = 0;
    const build = ({ input }: Tracing) => {
      calls += 1;
      return { y: calls % 2 === 0 ? tf.tanh(input('x')) : tf.sigmoid(input('x')) };
    };
    expect(reason(build)).toMatch(
      /changes from call to call: its operation 1 is Sigmoid, then Tanh/,
    );
  });

  it('a look at values in mid-step', () => {
    const build = ({ input }: Tracing) => {
      const [first = 0] = tf.tanh(input('x')).dataSync();
      return { y: tf.mul(input('x'), first > 0 ? 1 : 2) };
    };
    expect(reason(build)).toMatch(/looks at values in mid-step \(of a tensor float32 \[2, 2\]\)/);
  });

  it('an operation without a form in ONNX', () => {
    expect(reason(({ input }) => ({ y: tf.spectral.rfft(tf.reshape(input('x'), [4])) }))).toMatch(
      /the operation \w+ of TensorFlow\.js, for which there is no form/,
    );
  });

  it('kinds of values that are not numbers', () => {
    expect(
      reason(({ input }) => {
        tf.tensor1d(['a']);
        return { y: input('x') };
      }),
    ).toMatch(/kind string; only float32, int32 and bool/);
  });

  it('assigning to a variable, which keeps its values', () => {
    const variable = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]), false, 'running mean');
    const build = ({ input }: Tracing) => {
      variable.assign(tf.mul(input('x'), 2) as tfc.Tensor2D);
      return { y: input('x') };
    };
    expect(reason(build)).toMatch(/assigns to the variable running mean \[2, 2\]/);
    expect([...variable.dataSync()]).toEqual([1, 2, 3, 4]);
    variable.dispose();
  });

  it('an error of the computation itself', () => {
    const build = ({ input }: Tracing) => {
      tf.keep(tf.tanh(input('x')));
      throw new Error('no such field');
    };
    expect(reason(build)).toBe('no such field');
  });
});
