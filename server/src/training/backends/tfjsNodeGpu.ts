import type { Backend } from '../backend.ts';
import { createEagerEngine } from '../eagerEngine.ts';
import { loadTfjsNode, probeTfjsNode } from './tfjsNodePackage.ts';

const packageName = '@tensorflow/tfjs-node-gpu';

export const tfjsNodeGpu: Backend = {
  name: 'tfjs-node-gpu',
  description: 'libtensorflow on an NVIDIA GPU through CUDA.',
  readback: 'costly',
  probe: () => probeTfjsNode(packageName, 'gpu'),
  load: () => loadTfjsNode(packageName),
  createEngine: createEagerEngine,
  drain: async () => undefined,
};
