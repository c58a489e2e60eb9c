import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { arch, platform } from 'node:process';

import { fail, type Result, succeed } from '../../base/result.ts';
import type { BackendAvailability } from '../backend.ts';
import { findPackage } from './packageLocation.ts';
import { whyNoAdapter } from './vulkanLoader.ts';

/** A graphics adapter, real or emulated, that WebGPU found on this machine. */
export interface WebgpuAdapter {
  /** Dawn's entry point; the adapter lives as long as it does. */
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  /** Its name, as the driver gives it. */
  readonly detail: string;
  /** It emulates a GPU on the processor. */
  readonly software: boolean;
}

/** Whether WebGPU works here, on which adapter, and else why not, in words. Never throws. */
export async function probeWebgpuAdapter(): Promise<BackendAvailability> {
  const found = await findWebgpuAdapter();
  if (!found.ok) return { available: false, reason: found.error };
  const { detail, software } = found.value;
  return { available: true, detail, software };
}

/**
 * Asks for an adapter, a real one before one that emulates a GPU. TensorFlow.js does not look at
 * what it is given: a missing adapter becomes a TypeError there. Never throws.
 */
export async function findWebgpuAdapter(): Promise<Result<WebgpuAdapter>> {
  const folder = findPackage('webgpu');
  if (!folder) return fail('The optional package webgpu is not installed.');
  const build = `${platform}-${platform === 'darwin' ? 'universal' : arch}`;
  if (!existsSync(join(folder, 'dist', build, 'dawn.node'))) {
    return fail(`The package webgpu has no build for ${build} here.`);
  }
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = create([]);
    const adapter = await requestAdapter(gpu);
    if (!adapter) return fail(`WebGPU found no graphics adapter. ${whyNoAdapter()}`);
    return succeed({ gpu, adapter, ...describeAdapter(adapter.info) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`WebGPU could not be started: ${reason}`);
  }
}

/**
 * The fastest adapter that is real, else the fastest. Dawn sorts the adapters by what is wished for;
 * asking for both wishes finds a real one wherever Dawn would put it behind an emulated one.
 */
async function requestAdapter(gpu: GPU): Promise<GPUAdapter | undefined> {
  let emulated: GPUAdapter | undefined;
  for (const powerPreference of ['high-performance', 'low-power'] as const) {
    const adapter = await gpu.requestAdapter({ powerPreference });
    if (adapter && !describeAdapter(adapter.info).software) return adapter;
    emulated ??= adapter ?? undefined;
  }
  return emulated;
}

/** What the driver says of an adapter, and whether it emulates a GPU: right, and slow. */
export function describeAdapter(
  info: Pick<
    GPUAdapterInfo,
    'architecture' | 'description' | 'device' | 'isFallbackAdapter' | 'vendor'
  >,
): Pick<WebgpuAdapter, 'detail' | 'software'> {
  const { vendor, architecture, device, description } = info;
  const software =
    info.isFallbackAdapter ||
    /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(
      `${vendor} ${architecture} ${device} ${description}`,
    );
  return { detail: description || device || `${vendor} ${architecture}`.trim(), software };
}
