import type * as tfc from '@tensorflow/tfjs-core';

import { invariant } from '../../../base/invariant.ts';
import { fail, type Result, succeed } from '../../../base/result.ts';
import type { Tf } from '../../task.ts';
import { findDifference } from './findDifference.ts';
import type { Graph, Value, ValueType } from './graph.ts';
import { GraphRecorder } from './graphRecorder.ts';
import type { HeldValues } from './heldValues.ts';
import { type KernelEmitter, UntraceableError } from './kernelEmitter.ts';
import { createTraceBackend, registerEmitter, traceBackendName } from './traceBackend.ts';
import { TraceTensors } from './traceTensors.ts';

/** What a computation is handed while it is traced. */
export interface Tracing {
  /** The input of a name. */
  input(name: string): tfc.Tensor;
  /** Lets a variable stand for a traced tensor of its shape until the trace ends. */
  bind(variable: tfc.Variable, tensor: tfc.Tensor): void;
}

export interface TraceOptions {
  readonly inputs: Readonly<Record<string, ValueType>>;
  /** Runs the computation, twice; what it gives becomes the outputs, by their names. */
  readonly build: (tracing: Tracing) => Readonly<Record<string, tfc.Tensor>>;
  /** Told of the tensors whose values the graph holds as constants. */
  readonly holds?: (held: readonly HeldValues[]) => void;
}

/**
 * Records what a computation of TensorFlow.js does, kernel by kernel, without computing anything.
 * Tensors that are neither inputs nor made from them become constants. The error says in words why
 * a computation cannot be a graph. Leaves TensorFlow.js as it was, its current backend included, all
 * in one turn of the event loop, so that nobody meets the tracing backend.
 */
export function traceGraph(
  tf: Tf,
  emitters: readonly KernelEmitter[],
  options: TraceOptions,
): Result<Graph> {
  try {
    const graph = recordOnce(tf, emitters, options);
    const difference = findDifference(graph, recordOnce(tf, emitters, options));
    if (difference === undefined) return succeed(graph);
    return fail(
      `The computation draws at random or changes from call to call: ${difference}. What is random must be part of the batch.`,
    );
  } catch (error) {
    return fail(describe(error));
  }
}

function recordOnce(tf: Tf, emitters: readonly KernelEmitter[], options: TraceOptions): Graph {
  const previous = tf.getBackend();
  const recorder = new GraphRecorder();
  const tensors = new TraceTensors(tf, recorder);
  const backend = createTraceBackend(tf, tensors);
  const variables = Object.values(tf.engine().registeredVariables);
  const own = new Map(variables.map((variable) => [variable, variable.dataId]));
  tf.registerBackend(traceBackendName, () => backend, 0);
  for (const emitter of emitters) registerEmitter(tf, { recorder, tensors }, emitter);
  try {
    switchBackend(tf, traceBackendName);
    const outputs: Record<string, Value> = {};
    tf.tidy(() => {
      const binding = new Map<tfc.Variable, object>();
      const adopt = (info: tfc.TensorInfo): tfc.Tensor =>
        tf.engine().makeTensorFromTensorInfo(info, backend);
      const bind = (variable: tfc.Variable, { dataId }: tfc.Tensor): void => {
        variable.dataId = dataId;
        binding.set(variable, dataId);
      };
      for (const variable of variables) bind(variable, adopt(tensors.standIn(variable)));
      const bound = new Set<tfc.Variable>();
      const inputs = new Map(
        Object.entries(options.inputs).map(([name, type]) => [
          name,
          adopt(tensors.adopt(recorder.input(name, type))),
        ]),
      );
      const input = (name: string): tfc.Tensor => {
        const tensor = inputs.get(name);
        invariant(tensor, `the trace has an input named ${name}`);
        return tensor;
      };
      const built = options.build({
        input,
        bind(variable, tensor) {
          bind(variable, tensor);
          bound.add(variable);
        },
      });
      checkUnassigned(binding);
      const free = [...own].filter(([variable]) => !bound.has(variable));
      options.holds?.(tensors.held.map((tensor) => heldValues(tensor, free)));
      for (const [name, tensor] of Object.entries(built)) outputs[name] = tensors.valueOf(tensor);
    });
    return recorder.finish(outputs);
  } finally {
    for (const [variable, dataId] of own) variable.dataId = dataId;
    for (const tensor of tensors.leftovers()) tf.engine().disposeTensor(tensor);
    tf.removeBackend(traceBackendName);
    for (const { kernel } of emitters) tf.unregisterKernel(kernel, traceBackendName);
    switchBackend(tf, previous);
  }
}

/** A backend that is loaded is current at once; the promise is for those that still have to load. */
function switchBackend(tf: Tf, name: string): void {
  void tf.setBackend(name);
  invariant(tf.getBackend() === name, `the backend ${name} is loaded`);
}

function checkUnassigned(binding: ReadonlyMap<tfc.Variable, object>): void {
  for (const [{ name, shape, dataId }, bound] of binding) {
    if (dataId === bound) continue;
    throw new UntraceableError(
      `The computation assigns to the variable ${name} [${shape.join(', ')}] in mid-step, which a graph cannot.`,
    );
  }
}

function heldValues(
  { dataId, dtype, shape }: tfc.TensorInfo,
  variables: readonly (readonly [tfc.Variable, object])[],
): HeldValues {
  const variable = variables.find(([, own]) => own === dataId)?.[0];
  return { dataId, type: { dtype, shape }, variable };
}

function describe(error: unknown): string {
  if (error instanceof UntraceableError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  const kernel = /^Kernel '(\w+)' not registered/.exec(text)?.[1];
  if (kernel === undefined) return text;
  return `The computation uses the operation ${kernel} of TensorFlow.js, for which there is no form in ONNX here.`;
}
