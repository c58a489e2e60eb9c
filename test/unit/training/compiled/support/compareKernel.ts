import type * as tfc from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

import { invariant } from '../../../../../server/src/base/invariant.ts';
import { encodeOnnx } from '../../../../../server/src/training/backends/compiled/encodeOnnx.ts';
import type { Graph } from '../../../../../server/src/training/backends/compiled/graph.ts';
import { GraphRecorder } from '../../../../../server/src/training/backends/compiled/graphRecorder.ts';
import type { KernelEmitter } from '../../../../../server/src/training/backends/compiled/kernelEmitter.ts';
import { loadOnnxRuntime } from '../../../../../server/src/training/backends/compiled/onnxRuntime.ts';
import type { Tf } from '../../../../../server/src/training/task.ts';

/** One call of a kernel, with tensors of the CPU backend. */
export interface Call {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, tfc.Tensor>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Expects an emitter's graph to give what the current backend's kernel gives. */
export async function expectSameAsKernel(
  tf: Tf,
  emitters: readonly KernelEmitter[],
  call: Call,
): Promise<void> {
  const emitter = emitters.find(({ kernel }) => kernel === call.kernel);
  invariant(emitter, `there is an emitter of ${call.kernel}`);
  const recorder = new GraphRecorder();
  const inputs = Object.entries(call.inputs).map(
    ([name, { shape }]) => [name, recorder.input(name, { shape, dtype: 'float32' })] as const,
  );
  const result = emitter.emit(recorder, {
    inputs: Object.fromEntries(inputs),
    attributes: call.attributes,
  });
  const outputs = 'name' in result ? [result] : result;
  const given = await runGraph(recorder.finish(outputs), call.inputs);
  const expected = tf.tidy(() => {
    const attributes = { ...call.attributes } as tfc.NamedAttrMap;
    const tensor = tf.engine().runKernel<tfc.Tensor>(call.kernel, call.inputs, attributes);
    return { shape: tensor.shape, values: [...tensor.dataSync()] };
  });
  const [first] = given;
  invariant(first, 'the graph has an output');
  expect(first.shape).toEqual(expected.shape);
  expectClose(first.values, expected.values);
}

/** What ONNX Runtime gives for a graph. */
export async function runGraph(
  graph: Graph,
  inputs: Readonly<Record<string, tfc.Tensor>>,
): Promise<readonly { readonly shape: readonly number[]; readonly values: readonly number[] }[]> {
  const runtime = loadOnnxRuntime();
  invariant(runtime.ok, 'ONNX Runtime is installed');
  const { InferenceSession, Tensor } = runtime.value;
  const session = await InferenceSession.create(encodeOnnx(graph), { intraOpNumThreads: 1 });
  const feeds = graph.inputs.map(({ name, shape }) => {
    const tensor = inputs[name];
    invariant(tensor, `there is an input ${name}`);
    return [name, new Tensor('float32', Float32Array.from(tensor.dataSync()), shape)] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return graph.outputs.map(({ name }) => {
    const result = results[name];
    invariant(result, `the graph gives ${name}`);
    return { shape: result.dims, values: Array.from(result.data, Number) };
  });
}

/** Expects numbers to agree but for the rounding of sums in another order. */
export function expectClose(given: readonly number[], expected: readonly number[]): void {
  expect(given.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  const worst = given.reduce((most, value, index) => {
    const difference = Math.abs(value - (expected[index] ?? Number.NaN));
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
  expect(worst / scale).toBeLessThan(1e-5);
}
