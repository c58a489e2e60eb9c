import { compiledBackend, probeProvider } from './compiled/compiledBackend.ts';

export const compiledCpu = compiledBackend('cpu', {
  name: 'compiled-cpu',
  description: 'The whole step as one graph, run by ONNX Runtime on the CPU.',
  async probe() {
    const found = probeProvider('cpu');
    if (!found.ok) return { available: false, reason: found.error };
    return { available: true, detail: `${found.value} on the CPU`, software: false };
  },
});
