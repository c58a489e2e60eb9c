import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { compiledBackend, probeProvider, tryProvider } from './compiled/compiledBackend.ts';
import { onnxRuntimeBinaries } from './compiled/onnxRuntime.ts';

/** The package carries no CUDA library: its install script downloads one where that is allowed. */
const libraries: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libonnxruntime_providers_cuda.so',
  win32: 'onnxruntime_providers_cuda.dll',
};

export const compiledCuda = compiledBackend('cuda', {
  name: 'compiled-cuda',
  description: 'The whole step as one graph, run by ONNX Runtime on an NVIDIA GPU.',
  async probe() {
    const found = probeProvider('cuda');
    if (!found.ok) return { available: false, reason: found.error };
    const library = libraries[process.platform];
    const folder = onnxRuntimeBinaries();
    if (!library || !folder || !existsSync(join(folder, library))) {
      const reason = `The library ${library ?? 'of CUDA'} does not lie beside ONNX Runtime; "npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12" downloads it.`;
      return { available: false, reason };
    }
    return tryProvider('cuda', `${found.value} on CUDA`);
  },
});
