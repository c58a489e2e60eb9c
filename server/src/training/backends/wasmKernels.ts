import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

import { invariant } from '../../base/invariant.ts';
import type { Tf } from '../task.ts';

/** Numbers in the backend's memory. */
type HostNumbers = Float32Array | Int32Array | Uint8Array;

/** Part of the WebAssembly backend of TensorFlow.js, which kernels are handed untyped. */
interface WasmBackend {
  disposeData(dataId: TensorInfo['dataId']): boolean;
  makeOutput(shape: readonly number[], dtype: TensorInfo['dtype']): TensorInfo;
  /** The tensor's own memory, until the next one is made. */
  typedArrayFromHeap(tensor: TensorInfo): HostNumbers;
}

/** A kernel of the WebAssembly backend said in other ones. */
export interface ComposedKernel<Attributes> {
  /** Its name in TensorFlow.js. */
  readonly kernel: string;
  compute(kernels: WasmKernels, inputs: NamedTensorInfoMap, attributes: Attributes): TensorInfo;
}

/** Under this name a kernel as shipped stays reachable; being registered marks the replacement. */
const shippedName = (kernel: string): string => `Counterweight${kernel}`;

/** Registers a kernel that the WebAssembly backend lacks, or in place of the one that it ships. */
export function supplyKernel<Attributes>(
  tf: Tf,
  { kernel, compute }: ComposedKernel<Attributes>,
): void {
  if (tf.getKernel(shippedName(kernel), 'wasm')) return;
  const supplied = {
    kernelName: kernel,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }: KernelArguments): TensorInfo => {
      const kernels = new WasmKernels(tf, backend);
      let result: TensorInfo | undefined;
      try {
        // Each composition knows the attributes of its kernel, as the kernels of TensorFlow.js do.
        result = compute(kernels, inputs, attrs as Attributes);
        return result;
      } finally {
        kernels.disposeAllBut(result);
      }
    },
  };
  const shipped = tf.getKernel(kernel, 'wasm');
  if (shipped) tf.unregisterKernel(kernel, 'wasm');
  tf.registerKernel({ ...(shipped ?? supplied), kernelName: shippedName(kernel) });
  tf.registerKernel(supplied);
}

interface KernelArguments {
  readonly inputs: NamedTensorInfoMap;
  readonly backend: unknown;
  readonly attrs?: NamedAttrMap;
}

/** Runs kernels one after the other and keeps account of the tensors that they make. */
export class WasmKernels {
  readonly tf: Tf;
  readonly #backend: WasmBackend;
  readonly #made: TensorInfo[] = [];

  constructor(tf: Tf, backend: unknown) {
    this.tf = tf;
    this.#backend = backend as WasmBackend;
  }

  run(kernelName: string, inputs: NamedTensorInfoMap, attrs: NamedAttrMap = {}): TensorInfo {
    const kernel = this.tf.getKernel(kernelName, 'wasm');
    invariant(kernel, `the WebAssembly backend has the kernel ${kernelName}`);
    const result = kernel.kernelFunc({ inputs, backend: this.#backend, attrs });
    invariant(!Array.isArray(result), `${kernelName} gives one tensor`);
    this.#made.push(result);
    return result;
  }

  /** A kernel as shipped, where another one was supplied in its place. */
  runShipped(kernel: string, inputs: NamedTensorInfoMap, attrs: NamedAttrMap): TensorInfo {
    return this.run(shippedName(kernel), inputs, attrs);
  }

  reshape(x: TensorInfo, shape: readonly number[]): TensorInfo {
    return this.run('Reshape', { x }, { shape: [...shape] });
  }

  transpose(x: TensorInfo, perm: readonly number[]): TensorInfo {
    return this.run('Transpose', { x }, { perm: [...perm] });
  }

  pad(x: TensorInfo, paddings: readonly (readonly [number, number])[]): TensorInfo {
    if (paddings.every(([before, behind]) => before === 0 && behind === 0)) return x;
    const attributes = { paddings: paddings.map((pair) => [...pair]), constantValue: 0 };
    return this.run('PadV2', { x }, attributes);
  }

  slice(x: TensorInfo, begin: readonly number[], size: readonly number[]): TensorInfo {
    if (size.join() === x.shape.join()) return x;
    return this.run('Slice', { x }, { begin: [...begin], size: [...size] });
  }

  concatenate(parts: readonly TensorInfo[], axis: number): TensorInfo {
    // The one kernel whose inputs are a list, against its declared type.
    return this.run('Concat', [...parts] as unknown as NamedTensorInfoMap, { axis });
  }

  /** A tensor whose elements the host writes, all of them. */
  write(type: Omit<TensorInfo, 'dataId'>, fill: (values: HostNumbers) => void): TensorInfo {
    const tensor = this.#backend.makeOutput(type.shape, type.dtype);
    this.#made.push(tensor);
    fill(this.values(tensor));
    return tensor;
  }

  /** A tensor's elements in the backend's memory, until the next tensor is made. */
  values(tensor: TensorInfo): HostNumbers {
    return this.#backend.typedArrayFromHeap(tensor);
  }

  disposeAllBut(result: TensorInfo | undefined): void {
    for (const tensor of this.#made) {
      if (tensor !== result) this.#backend.disposeData(tensor.dataId);
    }
  }
}
