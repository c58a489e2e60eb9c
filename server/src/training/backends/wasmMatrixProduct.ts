import type { TensorInfo } from '@tensorflow/tfjs-core';

import { invariant } from '../../base/invariant.ts';
import type { Tf } from '../task.ts';

/** Under this name the backend's own product stays reachable; being registered marks the correction. */
const original = 'CounterweightBatchMatMul';

/**
 * Replaces the WebAssembly backend's matrix product by one that transposes its operands beforehand:
 * with a transpose flag the shipped one leaves XNNPACK for a loop ten times slower, and backward
 * passes set such flags in every layer. It also keeps the backend from reusing a prepared operand
 * after a reshape, which gives wrong results: XNNPACK's operators are cached by the data of `b`
 * alone, whatever its shape.
 */
export function correctMatrixProduct(tf: Tf): void {
  if (tf.getKernel(original, 'wasm')) return;
  const plain = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  const copy = tf.getKernel('Identity', 'wasm');
  invariant(plain && transpose && copy, 'the WebAssembly backend is registered');
  const preparedShapes = new WeakMap<object, string>();

  const single = (result: TensorInfo | TensorInfo[]): TensorInfo => {
    invariant(!Array.isArray(result), 'a matrix is one tensor');
    return result;
  };
  const isPreparedOtherwise = (tensor: TensorInfo): boolean => {
    const shape = tensor.shape.join();
    const prepared = preparedShapes.get(tensor.dataId);
    preparedShapes.set(tensor.dataId, prepared ?? shape);
    return prepared !== undefined && prepared !== shape;
  };

  tf.registerKernel({ ...plain, kernelName: original });
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...plain,
    kernelFunc({ inputs, backend, attrs }) {
      const temporary: TensorInfo[] = [];
      const keep = (tensor: TensorInfo): TensorInfo => {
        temporary.push(tensor);
        return tensor;
      };
      const turned = (x: TensorInfo): TensorInfo => {
        const rank = x.shape.length;
        const perm = [...x.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2);
        return keep(single(transpose.kernelFunc({ inputs: { x }, backend, attrs: { perm } })));
      };
      const { a, b } = inputs;
      invariant(a && b, 'a product has two operands');
      const left = attrs?.transposeA ? turned(a) : a;
      const right = attrs?.transposeB ? turned(b) : b;
      const fresh = isPreparedOtherwise(right)
        ? keep(single(copy.kernelFunc({ inputs: { x: right }, backend })))
        : right;
      const product = plain.kernelFunc({
        inputs: { a: left, b: fresh },
        backend,
        attrs: { transposeA: false, transposeB: false },
      });
      for (const tensor of temporary) disposeData(backend, tensor);
      return product;
    },
  });
}

/** Kernels are handed their backend untyped. */
function disposeData(backend: unknown, tensor: TensorInfo): void {
  const owner = backend as { disposeData(dataId: TensorInfo['dataId']): boolean };
  owner.disposeData(tensor.dataId);
}
