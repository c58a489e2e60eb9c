import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

import type { Tf } from '../task.ts';
import type { WebgpuAdapter } from './webgpuAdapter.ts';

/**
 * Limits of the adapter that TensorFlow.js makes use of; a device has WebGPU's small defaults unless
 * it is asked for with more.
 */
const wantedLimits = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupStorageSize',
  'maxStorageBufferBindingSize',
] as const;

/**
 * Registers the backend `webgpu` on an adapter of our choice. TensorFlow.js would ask for one by
 * itself if it found `navigator.gpu` when it is imported, so that is put in place afterwards: from
 * then on it only marks that there is WebGPU, and keeps Dawn alive.
 */
export async function registerWebgpu(
  tf: Tf,
  { gpu, adapter }: Pick<WebgpuAdapter, 'adapter' | 'gpu'>,
): Promise<void> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  const requiredLimits = Object.fromEntries(
    wantedLimits.map((name) => [name, adapter.limits[name]]),
  );
  const device = await adapter.requestDevice({ requiredLimits });
  // Dawn crashes a process that ends while the device works; destroying it waits for its work.
  process.once('exit', () => device.destroy());
  tf.registerBackend('webgpu', () => {
    const backend = new WebGPUBackend(device, adapter.info);
    refuseAfterFaults(backend);
    return backend;
  });
}

/**
 * Waits until the device has done what it was given. Commands that were not handed to it yet need
 * no waiting, and a lost device has nothing left to do.
 */
export async function drainWebgpu(tf: Tf): Promise<void> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) return;
  await Promise.race([backend.queue.onSubmittedWorkDone(), backend.device.lost]);
}

/**
 * Makes reading a tensor fail once the device has reported an error or is lost. WebGPU reports a
 * buffer that it could not create beside the commands that use it, and goes on: what is read then
 * is zeros, without a word.
 */
function refuseAfterFaults(backend: WebGPUBackend): void {
  const { device } = backend;
  let fault: string | undefined;
  device.addEventListener('uncapturederror', (event) => {
    // It reaches the user through the run, not through stderr.
    event.preventDefault();
    fault ??= describeFault(event.error);
  });
  void device.lost.then(({ reason, message }) => {
    fault ??= `The connection to the GPU was lost (${reason || 'unknown'}): ${message}`;
  });
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    try {
      const values = await read(dataId);
      if (fault === undefined) return values;
    } catch (error) {
      // The loss of a device may be told after the requests that it ends.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (fault === undefined) throw error;
    }
    throw new Error(fault);
  };
}

/** The first line names the cause, what follows the commands around it. */
function describeFault(error: GPUError): string {
  const [cause = ''] = error.message.split('\n');
  return error instanceof GPUOutOfMemoryError
    ? `The GPU is out of memory: ${cause} A smaller batch_size needs less.`
    : `The GPU refused a command, so its figures cannot be trusted: ${cause}`;
}
