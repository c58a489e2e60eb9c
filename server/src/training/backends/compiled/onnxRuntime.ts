import { createRequire } from 'node:module';
import { join } from 'node:path';

import type * as Ort from 'onnxruntime-node';

import { fail, type Result, succeed } from '../../../base/result.ts';
import { findPackage } from '../packageLocation.ts';

export type OnnxRuntime = Pick<
  typeof Ort,
  'InferenceSession' | 'Tensor' | 'env' | 'listSupportedBackends'
>;
/** Where a graph is computed. */
export type Provider = 'cpu' | 'cuda' | 'webgpu';

export const onnxRuntimePackage = 'onnxruntime-node';

/** Loads ONNX Runtime from where it is installed; the error says in words why it cannot be. */
export function loadOnnxRuntime(): Result<OnnxRuntime> {
  const folder = findPackage(onnxRuntimePackage);
  if (!folder) return fail(`The package ${onnxRuntimePackage} is not installed.`);
  try {
    const runtime: typeof Ort = createRequire(join(folder, 'package.json'))(folder);
    // Its warnings, such as which node runs where, would go to stderr and mean nothing to a user.
    runtime.env.logLevel = 'fatal';
    return succeed(runtime);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const [reason] = text.split('\n');
    const platform = `${process.platform}-${process.arch}`;
    return fail(`${onnxRuntimePackage} has no binary that runs on this ${platform}: ${reason}`);
  }
}

/** The folder of its native libraries for this machine. */
export function onnxRuntimeBinaries(): string | undefined {
  const folder = findPackage(onnxRuntimePackage);
  return folder && join(folder, 'bin', 'napi-v6', process.platform, process.arch);
}
