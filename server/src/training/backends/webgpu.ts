import type { Backend } from '../backend.ts';
import { createEagerEngine } from '../eagerEngine.ts';
import { loadCore } from './core.ts';
import { findWebgpuAdapter, probeWebgpuAdapter } from './webgpuAdapter.ts';
import { drainWebgpu, registerWebgpu } from './webgpuDevice.ts';

export const webgpu: Backend = {
  name: 'webgpu',
  description: 'The GPU through WebGPU (Dawn: Vulkan, Metal or Direct3D 12).',
  readback: 'costly',
  probe: probeWebgpuAdapter,
  async load() {
    const tf = await loadCore();
    if (!tf.engine().registryFactory.webgpu) {
      const found = await findWebgpuAdapter();
      if (!found.ok) throw new Error(found.error);
      await registerWebgpu(tf, found.value);
    }
    await tf.setBackend('webgpu');
    return tf;
  },
  createEngine: createEagerEngine,
  drain: drainWebgpu,
};
