import { invariant } from '../../../../../server/src/base/invariant.ts';
import type { Graph } from '../../../../../server/src/training/backends/compiled/graph.ts';
import {
  loadOnnxRuntime,
  type OnnxRuntime,
} from '../../../../../server/src/training/backends/compiled/onnxRuntime.ts';
import { GraphSession } from '../../../../../server/src/training/backends/compiled/session.ts';
import { TensorPool } from '../../../../../server/src/training/backends/compiled/tensorPool.ts';

export function installedRuntime(): OnnxRuntime {
  const runtime = loadOnnxRuntime();
  invariant(runtime.ok, 'ONNX Runtime is installed');
  return runtime.value;
}

/** What ONNX Runtime gives for float32 inputs, by name: for each output its shape and its values. */
export async function runValues(
  graph: Graph,
  inputs: Readonly<Record<string, readonly number[]>> = {},
): Promise<
  Readonly<Record<string, { readonly shape: readonly number[]; readonly values: number[] }>>
> {
  const runtime = installedRuntime();
  const session = await GraphSession.create(graph, {
    runtime,
    provider: 'cpu',
    pool: new TensorPool(runtime),
    read: new Set(),
  });
  const shapes = new Map(graph.inputs.map(({ name, shape }) => [name, shape]));
  const outputs = await session.run(
    (name) =>
      new runtime.Tensor('float32', Float32Array.from(inputs[name] ?? []), shapes.get(name) ?? []),
  );
  session.dispose();
  return Object.fromEntries(
    [...outputs].map(([name, { dims, data }]) => [
      name,
      { shape: dims, values: Array.from(data, Number) },
    ]),
  );
}
