import type * as tfc from '@tensorflow/tfjs-core';

import { invariant } from '../base/invariant.ts';
import type { Tf } from './task.ts';

/**
 * The same values with no path for gradients (`Tensor.detach` of PyTorch). The backend's own kernel
 * counts one more owner of the data (WebAssembly's copies it), and what it gives is made a tensor
 * without the tape hearing of it. A `tf.customGrad` of zero would leave a path on which the gradient
 * is zero. Disposed as any tensor: by `tf.tidy` or by whoever asked for it.
 */
export function detach<T extends tfc.Tensor>(tf: Tf, tensor: T): T {
  const backend = tf.getBackend();
  const kernel = tf.getKernel(tf.Identity, backend);
  if (!kernel) throw new Error(`The backend ${backend} has no kernel ${tf.Identity}.`);
  const made = kernel.kernelFunc({ inputs: { x: tensor }, attrs: {}, backend: tf.backend() });
  const [info] = Array.isArray(made) ? made : [made];
  invariant(info, `${tf.Identity} gives a tensor`);
  return tf.engine().makeTensorFromTensorInfo(info) as T;
}
