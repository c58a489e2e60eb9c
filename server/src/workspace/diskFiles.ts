import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { WorkspaceFiles } from './files.ts';

/** The real files of this machine. */
export function createDiskFiles(): WorkspaceFiles {
  let counter = 0;
  return {
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    async writeAtomically(path, text) {
      counter += 1;
      const draft = `${path}.${process.pid}.${counter}.tmp`;
      await mkdir(dirname(path), { recursive: true });
      try {
        await writeFile(draft, text, { flush: true });
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async makeFolder(path) {
      await mkdir(dirname(path), { recursive: true });
      try {
        await mkdir(path);
        return true;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
        throw error;
      }
    },
    list: (path) => readdir(path).catch(() => []),
  };
}
