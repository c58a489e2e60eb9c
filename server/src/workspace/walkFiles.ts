import { basename, join } from 'node:path';

import { compileFileGlob } from '../discovery/fileGlob.ts';
import { isIgnoredFolder } from '../ingest/runLayout.ts';
import type { WorkspaceFiles } from './files.ts';
import {
  type IgnoreFile,
  ignoresAround,
  ignoresBelow,
  isIgnored,
  withIgnoresIn,
} from './gitIgnores.ts';
import { stateFolderName } from './runFolder.ts';

/** Which files below a folder are looked at. */
export interface WalkOptions {
  /** Absolute. */
  readonly top: string;
  /** Globs of files and folders to leave out, as in the editor's `files.exclude`. */
  readonly excludes: readonly string[];
  /** Whether a file is wanted, by its name. */
  readonly wants: (name: string) => boolean;
}

/** Deeper folders are most likely a circle that no link shows. */
const deepest = 40;

/**
 * The files below a folder, one after the other, those nearer to the top first within a folder. What
 * git ignores, links, and folders of environments and of our own are left out.
 */
export async function* walkFiles(
  files: WorkspaceFiles,
  { top, excludes, wants }: WalkOptions,
): AsyncGenerator<string> {
  const isExcluded = compileExcludes(excludes, top);
  const waiting: Folder[] = [{ path: top, above: await ignoresAround(files, top), depth: 0 }];
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    const ignores = await withIgnoresIn(files, folder.path, folder.above);
    const entries = await entriesIn(files, folder.path);
    const kept = entries.filter(
      ({ path, kind }) => !isExcluded(path) && !isIgnored(ignores, path, kind),
    );
    for (const { path, kind } of kept) {
      if (kind === 'file' && wants(basename(path))) yield path;
    }
    const depth = folder.depth + 1;
    if (depth > deepest) continue;
    const folders = kept
      .filter(({ path, kind }) => kind === 'folder' && mayHoldFiles(path))
      .map(({ path }) => ({ path, above: ignoresBelow(ignores, path), depth }));
    // The last is taken up first.
    waiting.push(...folders.reverse());
  }
}

/** A folder that is to be looked into. */
interface Folder {
  readonly path: string;
  readonly above: readonly IgnoreFile[];
  readonly depth: number;
}

interface Entry {
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

/** Sorted by name; a link may lead in a circle. */
async function entriesIn(files: WorkspaceFiles, folder: string): Promise<readonly Entry[]> {
  const entries = [...(await files.entries(folder))].sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap(({ name, kind }) =>
    kind === 'other' ? [] : [{ path: join(folder, name), kind }],
  );
}

function mayHoldFiles(folder: string): boolean {
  return !isIgnoredFolder(folder) && basename(folder) !== stateFolderName;
}

function compileExcludes(globs: readonly string[], top: string): (path: string) => boolean {
  const compiled = globs.flatMap((glob) => {
    const result = compileFileGlob(glob, top);
    return result.ok ? [result.value] : [];
  });
  return (path) => compiled.some(({ matches }) => matches(path));
}
