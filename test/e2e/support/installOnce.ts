import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { TestProject } from 'vitest/node';

import { ensureHost, installExtension } from '../../../scripts/vscodeHost.mts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder with the packed extension, installed as a user's VS Code installs it. */
    readonly extensionsDir: string;
  }
}

const root = resolve(import.meta.dirname, '..', '..', '..');

/**
 * Installs the packed extension of dist/ before the first test of a test run, for all its VS Codes:
 * each of them has its own settings and state, but none writes to the extensions.
 * @returns what removes it after the last test
 * @throws Error that says which command packs the extension
 */
export async function setup(project: TestProject): Promise<() => void> {
  const vsix = join(root, 'dist', 'counterweight.vsix');
  if (!existsSync(vsix)) throw new Error(`${vsix} is missing: run \`npm run package\` first.`);
  const host = await ensureHost((line) => process.stderr.write(`${line}\n`));
  const folder = new TemporaryWorkspace();
  const folders = {
    serverDataDir: folder.path('data'),
    extensionsDir: folder.path('extensions'),
  };
  mkdirSync(folders.extensionsDir);
  try {
    await installExtension(host, folders, vsix);
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
  project.provide('extensionsDir', folders.extensionsDir);
  return () => folder[Symbol.dispose]();
}
