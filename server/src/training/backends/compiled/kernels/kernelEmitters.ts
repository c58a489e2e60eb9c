import type { KernelEmitter } from '../kernelEmitter.ts';
import { kernelFamilies } from './registry.ts';

/** Every kernel of TensorFlow.js that has a form in ONNX. */
export const kernelEmitters: readonly KernelEmitter[] = kernelFamilies.flat();
