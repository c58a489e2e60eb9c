import type { Backend } from '../backend.ts';
import { createEagerEngine } from '../eagerEngine.ts';
import { loadTfjsNode, probeTfjsNode } from './tfjsNodePackage.ts';

const packageName = '@tensorflow/tfjs-node';

export const tfjsNode: Backend = {
  name: 'tfjs-node',
  description: 'libtensorflow on the CPU.',
  readback: 'cheap',
  probe: () => probeTfjsNode(packageName, 'cpu'),
  load: () => loadTfjsNode(packageName),
  createEngine: createEagerEngine,
  drain: async () => undefined,
};
