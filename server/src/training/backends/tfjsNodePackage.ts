import { createRequire } from 'node:module';

import type { BackendAvailability } from '../backend.ts';
import type { Tf } from '../task.ts';
import { loadCore } from './core.ts';
import { findPackage } from './packageLocation.ts';

/** Looks for one of the packages that bind libtensorflow, and loads it: only that shows that it works. */
export async function probeTfjsNode(
  packageName: string,
  device: 'cpu' | 'gpu',
): Promise<BackendAvailability> {
  if (!findPackage(packageName)) {
    return { available: false, reason: `The optional package ${packageName} is not installed.` };
  }
  try {
    const tf = await loadTfjsNode(packageName);
    if (device === 'gpu' && !usesGpu(tf.backend())) {
      return { available: false, reason: `${packageName} found no GPU that it can use.` };
    }
    return { available: true, detail: `libtensorflow through ${packageName}`, software: false };
  } catch (error) {
    // What follows the first line is a list of paths that were tried.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { available: false, reason: `${packageName} could not be loaded: ${reason}` };
  }
}

/** Loads the package and makes its backend the current one. */
export async function loadTfjsNode(packageName: string): Promise<Tf> {
  restoreUtilities();
  const tf = await loadCore();
  // Not a literal, so that bundlers leave the optional native package alone.
  await import(packageName);
  await tf.setBackend('tensorflow');
  return tf;
}

/** tfjs-node 4.22 calls functions of `util` that Node 23 removed (tfjs #8609). */
function restoreUtilities(): void {
  const utilities: Record<string, unknown> = createRequire(`${process.cwd()}/`)('node:util');
  utilities.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  utilities.isArray ??= Array.isArray;
}

function usesGpu(backend: object): boolean {
  return 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
}
