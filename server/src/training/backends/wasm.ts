import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';

import type { Backend } from '../backend.ts';
import { createEagerEngine } from '../eagerEngine.ts';
import { loadCore } from './core.ts';
import { bundleFolder, findPackage } from './packageLocation.ts';
import { repairWasm } from './wasmRepairs.ts';

const binary = 'tfjs-backend-wasm-simd.wasm';

export const wasm: Backend = {
  name: 'wasm',
  description: 'WebAssembly with SIMD, one thread.',
  readback: 'cheap',
  probe: async () =>
    findBinaries()
      ? { available: true, detail: 'WebAssembly with SIMD', software: false }
      : {
          available: false,
          reason: `The file ${binary} is neither beside the train host nor in node_modules.`,
        },
  async load() {
    const tf = await loadCore();
    const backend = await import('@tensorflow/tfjs-backend-wasm');
    const folder = findBinaries();
    if (folder) backend.setWasmPaths(`${folder}${sep}`);
    await tf.setBackend('wasm');
    repairWasm(tf);
    return tf;
  },
  createEngine: createEagerEngine,
  drain: async () => undefined,
};

function findBinaries(): string | undefined {
  const installed = findPackage('@tensorflow/tfjs-backend-wasm');
  const folders = [bundleFolder(), ...(installed ? [join(installed, 'dist')] : [])];
  return folders.find((folder) => existsSync(join(folder, binary)));
}
