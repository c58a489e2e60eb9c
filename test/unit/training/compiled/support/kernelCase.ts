import type * as tfc from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect } from 'vitest';

import { invariant } from '../../../../../server/src/base/invariant.ts';
import { encodeOnnx } from '../../../../../server/src/training/backends/compiled/encodeOnnx.ts';
import type {
  Graph,
  HostValues,
  Value,
} from '../../../../../server/src/training/backends/compiled/graph.ts';
import { GraphRecorder } from '../../../../../server/src/training/backends/compiled/graphRecorder.ts';
import type { KernelEmitter } from '../../../../../server/src/training/backends/compiled/kernelEmitter.ts';
import { hostValues } from '../../../../../server/src/training/backends/compiled/kernels/values.ts';
import { loadOnnxRuntime } from '../../../../../server/src/training/backends/compiled/onnxRuntime.ts';
import type { Tf } from '../../../../../server/src/training/task.ts';

/** A tensor that a kernel is called with. */
export interface Given {
  readonly dtype: 'bool' | 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A call of a kernel of which the emitter has to give what TensorFlow.js gives. */
export interface KernelCase {
  readonly kernel: string;
  readonly title: string;
  /** By name, or a list for the kernels that take one. */
  readonly inputs: Readonly<Record<string, Given>> | readonly Given[];
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Allowed difference, relative above 1 and absolute below; none where it is left out. */
  readonly tolerance?: number;
  /** Inputs that are constants of the graph. */
  readonly constants?: readonly string[];
}

/** Float32 of functions that TensorFlow.js computes in double precision. */
export const rounded = 2e-6;

export const floats = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  ({ dtype: 'float32', shape, values }) as const;
export const integers = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  ({ dtype: 'int32', shape, values }) as const;
export const booleans = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  ({ dtype: 'bool', shape, values }) as const;

/** What floats can be besides numbers in between. */
export const specialFloats: readonly number[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  1e-6,
  -1e-6,
  20,
  -20,
];

/** Drawn numbers, the same for the same seed. */
export function drawn(
  shape: readonly number[],
  { seed = 1, low = -3, high = 3 }: { seed?: number; low?: number; high?: number } = {},
): Given {
  const numRuns = shape.reduce((product, extent) => product * extent, 1);
  if (numRuns === 0) return floats([], shape);
  // Powers of two apart, so that sums are exact enough to compare in any order.
  const steps = fc.integer({ min: Math.round(low * 1024), max: Math.round(high * 1024) });
  return floats(
    fc.sample(steps, { seed, numRuns }).map((step) => step / 1024),
    shape,
  );
}

/** Drawn integers. */
export function drawnIntegers(
  shape: readonly number[],
  { seed = 1, low = -9, high = 9 }: { seed?: number; low?: number; high?: number } = {},
): Given {
  const numRuns = shape.reduce((product, extent) => product * extent, 1);
  return integers(fc.sample(fc.integer({ min: low, max: high }), { seed, numRuns }), shape);
}

/** Expects an emitter's graph to give what the kernel of the current backend gives. */
export async function expectSame(tf: Tf, emitter: KernelEmitter, given: KernelCase): Promise<void> {
  const { graph, feeds } = traceCase(emitter, given);
  const results = await runGraph(graph, feeds);
  const expected = runKernel(tf, given);
  expect(results.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    expected.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  for (const [index, { values }] of results.entries()) {
    expectClose(values, expected[index]?.values ?? [], given.tolerance ?? 0);
  }
}

/** The graph of one call, and what it is fed with. */
export function traceCase(emitter: KernelEmitter, given: KernelCase) {
  const recorder = new GraphRecorder();
  const feeds = new Map<string, HostValues>();
  const inputs = Object.entries(given.inputs).map(
    ([name, { dtype, shape, values }]: [string, Given]): [string, Value] => {
      const host = hostValues(dtype, values);
      if (given.constants?.includes(name)) return [name, recorder.constant(host, { shape, dtype })];
      feeds.set(name, host);
      return [name, recorder.input(name, { shape, dtype })];
    },
  );
  const call = { inputs: Object.fromEntries(inputs), attributes: given.attributes ?? {} };
  const result = emitter.emit(recorder, call);
  const outputs = 'name' in result ? [result] : result;
  return {
    graph: recorder.finish(Object.fromEntries(outputs.map((v, i) => [`out${i}`, v]))),
    feeds,
  };
}

interface Result {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

/** What ONNX Runtime gives for a graph. */
async function runGraph(
  graph: Graph,
  feeds: ReadonlyMap<string, HostValues>,
): Promise<readonly Result[]> {
  const runtime = loadOnnxRuntime();
  invariant(runtime.ok, 'ONNX Runtime is installed');
  const { InferenceSession, Tensor } = runtime.value;
  const session = await InferenceSession.create(encodeOnnx(graph), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const tensors = graph.inputs.map(({ name, shape, dtype }) => {
    const host = feeds.get(name);
    invariant(host, `there is an input ${name}`);
    return [name, new Tensor(dtype, host, shape)] as const;
  });
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return graph.outputs.map(({ name, shape }) => {
    const result = results[name];
    invariant(result, `the graph gives ${name}`);
    // What the emitter said the shape would be has to be what it is.
    expect(shape).toEqual(result.dims);
    return { shape: result.dims, dtype: result.type, values: Array.from(result.data, Number) };
  });
}

/** What TensorFlow.js gives. */
function runKernel(tf: Tf, { kernel, inputs, attributes }: KernelCase): readonly Result[] {
  return tf.tidy(() => {
    const tensors = Object.entries(inputs).map(
      ([name, { dtype, shape, values }]: [string, Given]) =>
        [name, tf.tensor(hostValuesOf(dtype, values), [...shape], dtype)] as const,
    );
    const named = Array.isArray(inputs)
      ? tensors.map(([, tensor]) => tensor)
      : Object.fromEntries(tensors);
    const result = tf
      .engine()
      .runKernel<tfc.Tensor | tfc.Tensor[]>(
        kernel,
        named as unknown as tfc.NamedTensorMap,
        (attributes ?? {}) as tfc.NamedAttrMap,
      );
    return [result].flat().map((tensor) => ({
      shape: tensor.shape,
      dtype: tensor.dtype,
      values: Array.from(tensor.dataSync(), Number),
    }));
  });
}

function hostValuesOf(dtype: Given['dtype'], values: readonly number[]) {
  const host = hostValues(dtype, values);
  invariant(!(host instanceof BigInt64Array), 'tensors of TensorFlow.js are no int64');
  return host;
}

function expectClose(
  given: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  const wrong = given.flatMap((value, index) => {
    const wanted = expected[index] ?? Number.NaN;
    return isClose(value, wanted, tolerance) ? [] : [{ index, value, wanted }];
  });
  expect(wrong.slice(0, 8)).toEqual([]);
  expect(given.length).toBe(expected.length);
}

function isClose(value: number, wanted: number, tolerance: number): boolean {
  if (Number.isNaN(wanted) || Number.isNaN(value)) {
    return Number.isNaN(wanted) && Number.isNaN(value);
  }
  if (value === wanted) return true;
  return Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
}
