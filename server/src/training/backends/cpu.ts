import type { Backend } from '../backend.ts';
import { createEagerEngine } from '../eagerEngine.ts';
import { loadCore } from './core.ts';

export const cpu: Backend = {
  name: 'cpu',
  description: 'Plain JavaScript: slow, and runs everywhere.',
  readback: 'cheap',
  probe: async () => ({ available: true, detail: 'plain JavaScript', software: false }),
  async load() {
    const tf = await loadCore();
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    return tf;
  },
  createEngine: createEagerEngine,
  drain: async () => undefined,
};
