import type { _FusedMatMulAttrs, BatchMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core';

import { invariant } from '../../base/invariant.ts';
import type { ComposedKernel, WasmKernels } from './wasmKernels.ts';

/**
 * The WebAssembly backend's matrix product, with operands that are transposed beforehand: with a
 * transpose flag the shipped one leaves XNNPACK for a loop ten times slower, and backward passes
 * set such flags in every layer. It also keeps the backend from reusing a prepared operand after a
 * reshape, which gives wrong results: XNNPACK's operators are cached by the data of `b` alone,
 * whatever its shape.
 */
export function matrixProduct(): ComposedKernel<BatchMatMulAttrs> {
  const preparedShapes = new WeakMap<object, string>();
  const isPreparedOtherwise = (tensor: TensorInfo): boolean => {
    const shape = tensor.shape.join();
    const prepared = preparedShapes.get(tensor.dataId);
    preparedShapes.set(tensor.dataId, prepared ?? shape);
    return prepared !== undefined && prepared !== shape;
  };
  return {
    kernel: 'BatchMatMul',
    compute(kernels, { a, b }, { transposeA, transposeB }) {
      invariant(a && b, 'a product has two operands');
      const left = transposeA ? turned(kernels, a) : a;
      const right = transposeB ? turned(kernels, b) : b;
      if (left.shape.includes(0) || right.shape.includes(0)) return nothing(kernels, left, right);
      const fresh = isPreparedOtherwise(right) ? kernels.run('Identity', { x: right }) : right;
      const flags = { transposeA: false, transposeB: false };
      return kernels.runShipped('BatchMatMul', { a: left, b: fresh }, flags);
    },
  };
}

/** A product over nothing, of which XNNPACK makes what the memory happened to hold. */
function nothing(kernels: WasmKernels, a: TensorInfo, b: TensorInfo): TensorInfo {
  const { assertAndGetBroadcastShape } = kernels.tf.broadcast_util;
  const batches = assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batches, a.shape.at(-2) ?? 0, b.shape.at(-1) ?? 0];
  return kernels.write({ shape, dtype: a.dtype }, (values) => void values.fill(0));
}

function turned(kernels: WasmKernels, x: TensorInfo): TensorInfo {
  const rank = x.shape.length;
  return kernels.transpose(x, [...x.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2));
}

/**
 * A product with bias and activation, step by step: the shipped kernel gives wrong results with a
 * bias where it is batched or transposed and sums over more than 48 numbers, and with a `b` that was
 * reshaped.
 */
export const fusedMatrixProduct: ComposedKernel<_FusedMatMulAttrs> = {
  kernel: '_FusedMatMul',
  compute(kernels, { a, b, bias, preluActivationWeights }, attributes) {
    invariant(a && b, 'a product has two operands');
    const { transposeA, transposeB, activation, leakyreluAlpha } = attributes;
    const product = kernels.run('BatchMatMul', { a, b }, { transposeA, transposeB });
    const x = bias ? kernels.run('Add', { a: product, b: bias }) : product;
    switch (activation) {
      case 'linear':
        return x;
      case 'leakyrelu':
        // The default of tf.leakyRelu.
        return kernels.run('LeakyRelu', { x }, { alpha: leakyreluAlpha ?? 0.2 });
      case 'prelu':
        invariant(preluActivationWeights, 'a PReLU has slopes');
        return kernels.run('Prelu', { x, alpha: preluActivationWeights });
      default: {
        const kernel = activationKernels[activation];
        invariant(kernel, `the activation ${activation} is one of TensorFlow.js`);
        return kernels.run(kernel, { x });
      }
    }
  },
};

/** Kernels by the names of activations. */
const activationKernels: Readonly<Record<string, string>> = {
  elu: 'Elu',
  relu: 'Relu',
  relu6: 'Relu6',
  sigmoid: 'Sigmoid',
};
