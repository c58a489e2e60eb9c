import { platform } from 'node:process';

import type { Backend, BackendAvailability } from '../backend.ts';
import { loadCore } from './core.ts';
import { findPackage } from './packageLocation.ts';

export const webgpu: Backend = {
  name: 'webgpu',
  description: 'The GPU through WebGPU (Dawn: Vulkan, Metal or Direct3D 12).',
  readback: 'costly',
  probe: probeAdapter,
  async load() {
    const tf = await loadCore();
    await import('@tensorflow/tfjs-backend-webgpu');
    await tf.setBackend('webgpu');
    return tf;
  },
  async drain(tf) {
    const backend = tf.backend();
    if ('queue' in backend && isQueue(backend.queue)) await backend.queue.onSubmittedWorkDone();
  },
};

/**
 * Asks for an adapter before TensorFlow.js does: a missing one would become a TypeError there. The
 * GPU object stays in place, because TensorFlow.js looks for `navigator.gpu` when it is imported.
 */
async function probeAdapter(): Promise<BackendAvailability> {
  if (!findPackage('webgpu')) {
    return { available: false, reason: 'The optional package webgpu is not installed.' };
  }
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = create([]);
    Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) {
      return { available: false, reason: `WebGPU found no graphics adapter on this ${platform}.` };
    }
    const { description, device, architecture, vendor } = adapter.info;
    const name = description || device || `${vendor} ${architecture}`;
    return { available: true, detail: name, software: isSoftware(adapter.info) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { available: false, reason: `WebGPU could not be started: ${reason}` };
  }
}

/** TensorFlow.js types its backends without the fields of the one in use. */
function isQueue(value: unknown): value is Pick<GPUQueue, 'onSubmittedWorkDone'> {
  return typeof value === 'object' && value !== null && 'onSubmittedWorkDone' in value;
}

/** Adapters that emulate a GPU on the CPU: slower than the CPU backends, and right. */
function isSoftware(info: GPUAdapterInfo): boolean {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return (
    info.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(words)
  );
}
