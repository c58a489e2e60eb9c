import { dirname, join, relative, sep } from 'node:path';

import ignore, { type Ignore } from 'ignore';

import type { WorkspaceFiles } from './files.ts';

/** What a `.gitignore` says of the paths below its folder. */
export interface IgnoreFile {
  readonly folder: string;
  readonly text: string;
  readonly rules: Ignore;
}

/** Longer ones are none that a person wrote. In bytes. */
const longestText = 256 * 1024;
/** As git sets itself up by default. */
const ignoreCase = process.platform === 'darwin' || process.platform === 'win32';

/**
 * What the repository around a folder ignores, the outermost file first: nothing where the folder is
 * in none, or is ignored itself and was opened all the same.
 */
export async function ignoresAround(
  files: WorkspaceFiles,
  folder: string,
): Promise<readonly IgnoreFile[]> {
  const above: string[] = [];
  for (let at = folder; !(await isRepository(files, at)); at = dirname(at)) {
    if (dirname(at) === at) return [];
    above.unshift(dirname(at));
  }
  const top = above[0] ?? folder;
  let ignores = withText([], top, await read(files, join(top, '.git', 'info', 'exclude')));
  for (const [index, one] of above.entries()) {
    ignores = await withIgnoresIn(files, one, ignores);
    const next = above[index + 1] ?? folder;
    if (isIgnored(ignores, next, 'folder')) return [];
    ignores = ignoresBelow(ignores, next);
  }
  return ignores;
}

/** The same with what the `.gitignore` of a folder says, if there is one. */
export async function withIgnoresIn(
  files: WorkspaceFiles,
  folder: string,
  above: readonly IgnoreFile[],
): Promise<readonly IgnoreFile[]> {
  return withText(above, folder, await read(files, join(folder, '.gitignore')));
}

/**
 * True for what git ignores in a folder that it does not ignore: the innermost file that says
 * anything of a path decides.
 */
export function isIgnored(
  ignores: readonly IgnoreFile[],
  path: string,
  kind: 'file' | 'folder',
): boolean {
  for (const { folder, rules } of ignores.toReversed()) {
    const { ignored, unignored } = rules.test(pathIn(folder, path, kind));
    if (ignored || unignored) return ignored;
  }
  return false;
}

/**
 * What holds below a folder that is not ignored. Where an inner file has taken it back from an outer
 * one, the outer one would still ignore all that is in it; git asks about each path by itself.
 */
export function ignoresBelow(ignores: readonly IgnoreFile[], path: string): readonly IgnoreFile[] {
  return ignores.map((one) => {
    const way = pathIn(one.folder, path, 'folder');
    if (!one.rules.test(way).ignored) return one;
    const literal = way.replace(/[\\*?[\] ]/g, '\\$&');
    return toIgnoreFile(one.folder, `${one.text}\n!/${literal}`);
  });
}

function withText(
  above: readonly IgnoreFile[],
  folder: string,
  text: string | undefined,
): readonly IgnoreFile[] {
  return text === undefined ? above : [...above, toIgnoreFile(folder, text)];
}

function toIgnoreFile(folder: string, text: string): IgnoreFile {
  return { folder, text, rules: ignore({ ignoreCase }).add(text) };
}

function read(files: WorkspaceFiles, path: string): Promise<string | undefined> {
  return files.readText(path, longestText);
}

/** A worktree or submodule has a file in the place of the folder. */
async function isRepository(files: WorkspaceFiles, folder: string): Promise<boolean> {
  return (await files.facts(join(folder, '.git'))) !== undefined;
}

function pathIn(folder: string, path: string, kind: 'file' | 'folder'): string {
  const way = relative(folder, path).split(sep).join('/');
  return kind === 'folder' ? `${way}/` : way;
}
