import { basename, join } from 'node:path';

import { build } from 'esbuild';

import { repositoryRoot } from '../../scripts/processes.mts';

/** Packages with machine code, loaded where they are installed; as in scripts/build.mts. */
const nativePackages: readonly string[] = [
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  'onnxruntime-node',
  'webgpu',
];

/**
 * Bundles a measuring process: the gradients of TensorFlow.js are published only for bundlers.
 * @param entry path from the root of the repository
 * @returns path of the bundle, inside the repository, so that it finds the native packages
 */
export async function bundleMeasurement(entry: string): Promise<string> {
  const outfile = join(repositoryRoot, '.cache', 'bench', `${basename(entry, '.mts')}.cjs`);
  await build({
    absWorkingDir: repositoryRoot,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: [...nativePackages],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}
