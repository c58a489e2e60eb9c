import { fail, type Result } from '../../../base/result.ts';
import type { Backend, BackendAvailability } from '../../backend.ts';
import type { StepEngine, StepSpec } from '../../stepEngine.ts';
import type { Tf } from '../../task.ts';
import { cpu } from '../cpu.ts';
import { wasm } from '../wasm.ts';
import { CompiledEngine } from './compiledEngine.ts';
import { kernelEmitters } from './kernels/kernelEmitters.ts';
import { loadOnnxRuntime, type Provider } from './onnxRuntime.ts';
import { GraphSession } from './session.ts';
import { TensorPool } from './tensorPool.ts';

/** What the compiled backends have in common; they differ in where ONNX Runtime computes. */
export function compiledBackend(
  provider: Provider,
  own: Pick<Backend, 'description' | 'name' | 'probe'>,
): Backend {
  return {
    ...own,
    // What a step measured is in this process's memory when the step is over.
    readback: 'cheap',
    load: loadCompanion,
    createEngine: (tf, spec) => createEngine(provider, tf, spec),
    // A step is over when its graphs have run.
    drain: async () => undefined,
  };
}

/** The fastest TensorFlow.js whose values lie in this process's memory. */
async function loadCompanion(): Promise<Tf> {
  const { available } = await wasm.probe();
  return available ? wasm.load() : cpu.load();
}

async function createEngine(
  provider: Provider,
  tf: Tf,
  spec: StepSpec,
): Promise<Result<StepEngine>> {
  const runtime = loadOnnxRuntime();
  if (!runtime.ok) return runtime;
  const options = { tf, spec, runtime: runtime.value, provider, emitters: kernelEmitters };
  return CompiledEngine.create(options);
}

/** Whether ONNX Runtime is here and was built with a provider, and if not, why not. */
export function probeProvider(provider: Provider): Result<string> {
  const runtime = loadOnnxRuntime();
  if (!runtime.ok) return runtime;
  const built = runtime.value.listSupportedBackends().map(({ name }) => name);
  if (built.includes(provider))
    return { ok: true, value: `ONNX Runtime ${runtime.value.env.versions.node}` };
  const platform = `${process.platform}-${process.arch}`;
  return fail(
    `ONNX Runtime for this ${platform} was built without ${provider}; it has ${built.join(', ')}.`,
  );
}

/** Computes a sum on a provider: only that shows that its libraries and its device are there. */
export async function tryProvider(
  provider: Provider,
  detail: string,
): Promise<BackendAvailability> {
  const runtime = loadOnnxRuntime();
  if (!runtime.ok) return { available: false, reason: runtime.error };
  const value = (name: string) => ({ name, shape: [1], dtype: 'float32' as const });
  const [one, two] = [value('one'), value('two')];
  const graph = {
    inputs: [one],
    constants: new Map(),
    nodes: [{ operator: 'Add', inputs: [one, one], outputs: [two], attributes: {} }],
    outputs: [two],
  };
  try {
    const pool = new TensorPool(runtime.value);
    const options = { runtime: runtime.value, provider, pool, read: new Set(['two']) };
    const session = await GraphSession.create(graph, options);
    const input = new runtime.value.Tensor('float32', Float32Array.of(1), [1]);
    await session.run(() => input);
    session.dispose();
    return { available: true, detail, software: false };
  } catch (error) {
    return { available: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
