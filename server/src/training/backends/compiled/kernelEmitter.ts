import type { GraphBuilder, Value } from './graph.ts';

/** One call of a TensorFlow.js kernel, as it is traced. */
export interface KernelCall {
  /** By the name that the kernel gives them; lists (`Concat`, `AddN`, `Pack`) as '0', '1', … */
  readonly inputs: Readonly<Record<string, Value | undefined>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * Says a TensorFlow.js kernel in ONNX. Pure but for the nodes that it appends. A call that has no
 * form in ONNX throws an `UntraceableError`.
 */
export interface KernelEmitter {
  /** Its name in TensorFlow.js, such as `BatchMatMul`. */
  readonly kernel: string;
  emit(builder: GraphBuilder, call: KernelCall): Value | readonly Value[];
}

/** Why a computation cannot become a graph, in words for a person. */
export class UntraceableError extends Error {
  override readonly name = 'UntraceableError';
}

/** The input of a name, which the kernel always has. */
export function input(call: KernelCall, name: string): Value {
  const value = call.inputs[name];
  if (!value) throw new UntraceableError(`A kernel was called without its input ${name}.`);
  return value;
}

/** The inputs of a kernel that takes a list. */
export function inputList(call: KernelCall): readonly Value[] {
  return Object.keys(call.inputs)
    .sort((first, second) => Number(first) - Number(second))
    .map((name) => input(call, name));
}
