import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { repositoryRoot } from '../../scripts/processes.mts';

const packages: Readonly<Record<string, string>> = {
  'TensorFlow.js': '@tensorflow/tfjs-core',
  'ONNX Runtime': 'onnxruntime-node',
};
const manifestSchema = z.object({ version: z.string() });

/** Versions of Node.js and of the installed packages that compute, in words. */
export function installedVersions(): readonly string[] {
  const own = Object.entries(packages).map(([name, folder]) => {
    const path = join(repositoryRoot, 'node_modules', folder, 'package.json');
    return `${name} ${manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).version}`;
  });
  return [`Node.js ${process.versions.node}`, ...own];
}
