import type { KernelEmitter } from '../kernelEmitter.ts';
import { activationKernels } from './activation.ts';
import { binaryKernels } from './binary.ts';
import { blockKernels } from './blocks.ts';
import { comparisonKernels } from './comparison.ts';
import { convolutionKernels } from './convolution.ts';
import { creationKernels } from './creation.ts';
import { einsumKernels } from './einsum.ts';
import { indexingKernels } from './indexing.ts';
import { layoutKernels } from './layout.ts';
import { matrixProductKernels } from './matrixProduct.ts';
import { normalizationKernels } from './normalization.ts';
import { poolingKernels } from './pooling.ts';
import { reductionKernels } from './reduction.ts';
import { resizingKernels } from './resizing.ts';
import { scanKernels } from './scan.ts';
import { scatterKernels } from './scatter.ts';
import { slicingKernels } from './slicing.ts';
import { unaryKernels } from './unary.ts';

/** Families of kernels of TensorFlow.js that have a form in ONNX, each sorted by kernel. */
export const kernelFamilies: readonly (readonly KernelEmitter[])[] = [
  activationKernels,
  binaryKernels,
  blockKernels,
  comparisonKernels,
  convolutionKernels,
  creationKernels,
  einsumKernels,
  indexingKernels,
  layoutKernels,
  matrixProductKernels,
  normalizationKernels,
  poolingKernels,
  reductionKernels,
  resizingKernels,
  scanKernels,
  scatterKernels,
  slicingKernels,
  unaryKernels,
];
