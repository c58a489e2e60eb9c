import type { Tf } from '../task.ts';
import {
  depthwiseFilterGradient,
  depthwiseInputGradient,
  filterGradient,
  inputGradient,
} from './wasmConvolution.ts';
import { supplyKernel } from './wasmKernels.ts';
import { fusedMatrixProduct, matrixProduct } from './wasmMatrixProduct.ts';
import { oneHot } from './wasmOneHot.ts';
import { maximumGradient } from './wasmPooling.ts';
import { scans } from './wasmScan.ts';
import { segmentSum } from './wasmSegmentSum.ts';

/** Supplies what training needs and the WebAssembly backend lacks, gets wrong or does slowly. */
export function repairWasm(tf: Tf): void {
  supplyKernel(tf, depthwiseFilterGradient);
  supplyKernel(tf, depthwiseInputGradient);
  supplyKernel(tf, filterGradient);
  supplyKernel(tf, fusedMatrixProduct);
  supplyKernel(tf, inputGradient);
  supplyKernel(tf, matrixProduct());
  supplyKernel(tf, maximumGradient);
  supplyKernel(tf, oneHot);
  supplyKernel(tf, segmentSum);
  for (const scan of scans) supplyKernel(tf, scan);
  for (const kernel of wrongKernels) withdraw(tf, kernel);
}

/**
 * Gradients that the backend as shipped gets wrong, by central differences, and that no task needs:
 * that an operation is missing is better to hear than that a run did not learn.
 */
const wrongKernels = ['Conv3DBackpropInputV2', 'Dilation2DBackpropFilter'];

function withdraw(tf: Tf, kernel: string): void {
  if (tf.getKernel(kernel, 'wasm')) tf.unregisterKernel(kernel, 'wasm');
}
