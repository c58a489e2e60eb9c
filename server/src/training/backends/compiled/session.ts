import type * as Ort from 'onnxruntime-node';

import type { Disposable } from '../../../base/disposable.ts';
import { EngineUnfitError } from '../../stepEngine.ts';
import { columnSumsAsProducts } from './columnSums.ts';
import { encodeOnnx } from './encodeOnnx.ts';
import type { Graph, Value } from './graph.ts';
import { narrowSplits } from './narrowSplits.ts';
import type { OnnxRuntime, Provider } from './onnxRuntime.ts';
import { simplify } from './simplify.ts';
import type { TensorPool } from './tensorPool.ts';

export interface SessionOptions {
  readonly runtime: OnnxRuntime;
  readonly provider: Provider;
  readonly pool: TensorPool;
  /** Outputs that the host has to read; the others may stay on the device. */
  readonly read: ReadonlySet<string>;
}

/**
 * More than one thread gains nothing at the sizes of a step that is worth compiling, and on a busy
 * machine ONNX Runtime's own choice of threads made steps two to five times slower.
 */
const threads = 1;
/** Of the 8 tensors that any WebGPU device lets a shader bind, one is what is split. */
const splitOutputsAtMost = 7;
/** 4 is "fatal": its errors come as exceptions, and need not be on stderr as well. */
const logSeverity = 4;

/** A graph that ONNX Runtime has loaded. */
export class GraphSession implements Disposable {
  readonly #graph: Graph;
  readonly #session: Ort.InferenceSession;
  readonly #options: SessionOptions;
  #released = false;

  private constructor(graph: Graph, session: Ort.InferenceSession, options: SessionOptions) {
    this.#graph = graph;
    this.#session = session;
    this.#options = options;
  }

  /** @throws EngineUnfitError where ONNX Runtime refuses the graph, naming operator and shapes */
  static async create(whole: Graph, options: SessionOptions): Promise<GraphSession> {
    const { runtime, provider, read } = options;
    const graph = fitted(whole, provider);
    const onDevice = graph.outputs.filter(({ name }) => provider === 'webgpu' && !read.has(name));
    try {
      const session = await runtime.InferenceSession.create(encodeOnnx(graph), {
        executionProviders: [provider],
        graphOptimizationLevel: 'all',
        intraOpNumThreads: threads,
        interOpNumThreads: threads,
        logSeverityLevel: logSeverity,
        preferredOutputLocation: Object.fromEntries(
          onDevice.map(({ name }) => [name, 'gpu-buffer' as const]),
        ),
      });
      return new GraphSession(graph, session, options);
    } catch (error) {
      throw new EngineUnfitError(
        `ONNX Runtime cannot load the graph of a step: ${explain(graph, error)}`,
      );
    }
  }

  /**
   * The outputs that it gives, by name, for the values of its inputs. They are the caller's.
   * @throws EngineUnfitError where ONNX Runtime cannot compute them, naming operator and shapes
   */
  async run(
    feed: (name: string) => Ort.Tensor | undefined,
  ): Promise<ReadonlyMap<string, Ort.Tensor>> {
    const fed: Record<string, Ort.Tensor> = {};
    for (const { name } of this.#graph.inputs) {
      const tensor = feed(name);
      if (!tensor) throw new Error(`Broken invariant: a step's graph is fed with ${name}`);
      fed[name] = tensor;
    }
    const fetched: Record<string, Ort.Tensor | null> = {};
    for (const output of this.#graph.outputs) fetched[output.name] = this.#place(output);
    try {
      const results = await this.#session.run(fed, fetched);
      return new Map(
        this.#graph.outputs.map(({ name }) => {
          const tensor = fetched[name] ?? results[name];
          if (!tensor) throw new Error(`Broken invariant: a step's graph gives ${name}`);
          return [name, tensor];
        }),
      );
    } catch (error) {
      throw new EngineUnfitError(
        `ONNX Runtime cannot compute a step: ${explain(this.#graph, error)}`,
      );
    }
  }

  dispose(): void {
    if (this.#released) return;
    this.#released = true;
    void this.#session.release();
  }

  /** Memory that an output is written to; null where ONNX Runtime has to choose it. */
  #place(output: Value): Ort.Tensor | null {
    const { provider, pool } = this.#options;
    // With outputs that stay on the device, it does not write to memory that it is given.
    return provider === 'webgpu' ? null : pool.take(output);
  }
}

/** The graph in the form that suits a provider. */
function fitted(graph: Graph, provider: Provider): Graph {
  switch (provider) {
    case 'cpu':
      return simplify(columnSumsAsProducts(graph));
    case 'webgpu':
      return narrowSplits(graph, splitOutputsAtMost);
    case 'cuda':
      return graph;
  }
}

/** ONNX Runtime's words, with the node they name spelt out. */
function explain({ nodes }: Graph, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const name = /Name:\s*'([^']+)'/.exec(text)?.[1] ?? /Node \(([^)]+)\)/i.exec(text)?.[1];
  const node = nodes.find(({ outputs }) => outputs[0]?.name === name);
  if (!node) return text;
  const inputs = node.inputs.flatMap((value) => (value ? [describeValue(value)] : []));
  const outputs = node.outputs.map(describeValue);
  return `${text} (${node.operator} of ${inputs.join(', ')} giving ${outputs.join(', ')})`;
}

function describeValue({ name, dtype, shape }: Value): string {
  return `${name} ${dtype} [${shape.join(', ')}]`;
}
