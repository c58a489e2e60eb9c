import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The script that this process runs: the train host's bundle, or the test runner. */
function entryScript(): string {
  return process.argv[1] ?? join(process.cwd(), 'index.js');
}

/** The folder of the running bundle. */
export function bundleFolder(): string {
  return dirname(entryScript());
}

/** The folder of an installed package, as seen from the running script; undefined where it is absent. */
export function findPackage(name: string): string | undefined {
  try {
    return dirname(createRequire(entryScript()).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
