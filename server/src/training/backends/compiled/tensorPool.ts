import type * as Ort from 'onnxruntime-node';

import type { Value } from './graph.ts';
import type { OnnxRuntime } from './onnxRuntime.ts';

/** Memory of outputs, used again once a step is done with it: a step then allocates nothing. */
export class TensorPool {
  readonly #runtime: OnnxRuntime;
  readonly #free = new Map<string, Ort.Tensor[]>();

  constructor(runtime: OnnxRuntime) {
    this.#runtime = runtime;
  }

  /** Memory of this process for a value; what it holds is undefined. */
  take({ dtype, shape }: Pick<Value, 'dtype' | 'shape'>): Ort.Tensor {
    const size = shape.reduce((product, length) => product * length, 1);
    const known = this.#free.get(`${dtype} ${shape}`)?.pop();
    if (known) return known;
    const { Tensor } = this.#runtime;
    switch (dtype) {
      case 'bool':
        return new Tensor('bool', new Uint8Array(size), shape);
      case 'int32':
        return new Tensor('int32', new Int32Array(size), shape);
      case 'int64':
        return new Tensor('int64', new BigInt64Array(size), shape);
      default:
        return new Tensor('float32', new Float32Array(size), shape);
    }
  }

  /** Takes back what nobody reads any more; memory of a device is let go of at once. */
  give(tensor: Ort.Tensor): void {
    if (tensor.location !== 'cpu') {
      tensor.dispose();
      return;
    }
    const key = `${tensor.type} ${tensor.dims}`;
    const free = this.#free.get(key) ?? [];
    this.#free.set(key, free);
    free.push(tensor);
  }
}
