import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../task.ts';

type Attributes = Parameters<ReturnType<Tf['engine']>['runKernel']>[2];

/** One kernel that TensorFlow.js ran. */
export interface KernelCall {
  /** As TensorFlow.js calls it: `MatMul`. */
  readonly kernel: string;
  readonly inputs: readonly tfc.Tensor[];
  readonly outputs: readonly tfc.Tensor[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * Tells of each kernel that `run` runs, after it ran. Whoever is told must keep its tensors from
 * being disposed if it needs them later, and runs no operation of TensorFlow.js but `detach`, or it
 * would be told of its own and write to the tape. Synchronous, so that nobody else's kernels are seen.
 */
export function observeKernels<T>(tf: Tf, tell: (call: KernelCall) => void, run: () => T): T {
  const engine = tf.engine();
  const own = Object.getOwnPropertyDescriptor(engine, 'runKernel');
  const runKernel = engine.runKernel.bind(engine);
  engine.runKernel = <R extends tfc.Tensor | tfc.Tensor[]>(
    kernel: string,
    inputs: tfc.NamedTensorMap,
    attributes?: Attributes,
  ): R => {
    const result = runKernel<R>(kernel, inputs, attributes);
    tell({
      kernel,
      // Inputs may be missing, though their type does not say so.
      inputs: Object.values<tfc.Tensor | null | undefined>(inputs).filter((input) => !!input),
      outputs: Array.isArray(result) ? result : [result],
      attributes: { ...attributes },
    });
    return result;
  };
  try {
    return run();
  } finally {
    if (own) Object.defineProperty(engine, 'runKernel', own);
    else Reflect.deleteProperty(engine, 'runKernel');
  }
}
