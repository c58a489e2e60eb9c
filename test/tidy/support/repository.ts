import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseSource, type SourceFile } from './sourceFile.ts';

export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** Folders whose TypeScript ships; the budgets and the rules of style are theirs. */
export const productFolders = ['server/src/', 'extension/src/', 'media/src/'] as const;

/**
 * Paths of the files that git keeps or would keep (tracked, or new and not ignored), relative to
 * the root with forward slashes. New files count, so that a check speaks before the commit.
 */
export function repositoryFiles(): readonly string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(absolute(path)));
  return [...new Set(paths)].sort();
}

export function absolute(path: string): string {
  return join(repositoryRoot, path);
}

export function readText(path: string): string {
  return readFileSync(absolute(path), 'utf8');
}

/** The parsed TypeScript files below the folders; declaration files are left out. */
export function parsedSources(folders: readonly string[]): readonly SourceFile[] {
  return repositoryFiles()
    .filter((path) => folders.some((folder) => path.startsWith(folder)))
    .filter((path) => /\.m?ts$/.test(path) && !/\.d\.m?ts$/.test(path))
    .map((path) => parseSource(path, readText(path)));
}
