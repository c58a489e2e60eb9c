// Run as a process of its own by webgpu.test.ts, with the environment of SwiftShader: it does one
// thing with the device that cannot go well, and prints what came of it.
import * as tf from '@tensorflow/tfjs-core';

import { findWebgpuAdapter } from '../../../server/src/training/backends/webgpuAdapter.ts';
import { drainWebgpu, registerWebgpu } from '../../../server/src/training/backends/webgpuDevice.ts';

const found = await findWebgpuAdapter();
if (!found.ok) throw new Error(found.error);
await registerWebgpu(tf, found.value);
await tf.setBackend('webgpu');

const scenes: Readonly<Record<string, () => Promise<unknown>>> = {
  /** A tensor of 1.6 GB, where the largest buffer has 1 GiB. */
  'too-large': () => tf.sum(tf.fill([20_000, 20_000], 1)).data(),
  async lost() {
    const product = tf.matMul(tf.ones([8, 8]), tf.ones([8, 8]));
    const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
    const backend = tf.backend();
    if (backend instanceof WebGPUBackend) backend.device.destroy();
    try {
      return await product.data();
    } finally {
      await drainWebgpu(tf);
    }
  },
  async 'exit-in-work'() {
    let product = tf.ones([128, 128]);
    for (let index = 0; index < 30; index += 1) product = tf.matMul(product, product);
    process.exit(0);
  },
};

try {
  const values = await scenes[process.argv[2] ?? '']?.();
  process.stdout.write(`read ${values}`);
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error));
}
process.exit(0);
