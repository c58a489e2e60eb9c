import { compiledBackend, probeProvider, tryProvider } from './compiled/compiledBackend.ts';
import { probeWebgpuAdapter } from './webgpuAdapter.ts';

export const compiledWebgpu = compiledBackend('webgpu', {
  name: 'compiled-webgpu',
  description: 'The whole step as one graph, run by ONNX Runtime on the GPU through WebGPU.',
  async probe() {
    const found = probeProvider('webgpu');
    if (!found.ok) return { available: false, reason: found.error };
    // ONNX Runtime has a Dawn of its own and does not say which adapter it takes.
    const adapter = await probeWebgpuAdapter();
    if (!adapter.available || adapter.software) return adapter;
    return tryProvider('webgpu', `${found.value} on ${adapter.detail}`);
  },
});
