import { basename, join, relative, sep } from 'node:path';

import ignore, { type Ignore } from 'ignore';

import { compileFileGlob } from '../discovery/fileGlob.ts';
import { isIgnoredFolder } from '../ingest/runLayout.ts';
import type { WorkspaceFiles } from './files.ts';
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

/** The `.gitignore` of a folder speaks for everything below it. */
interface Rules {
  readonly folder: string;
  readonly ignores: Ignore;
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
  const waiting: Folder[] = [{ path: top, above: [], depth: 0 }];
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    const rules = await rulesIn(files, folder.path, folder.above);
    const entries = await entriesIn(files, folder.path);
    const kept = entries.filter(
      ({ path, kind }) => !isExcluded(path) && !isIgnored(rules, path, kind),
    );
    for (const { path, kind } of kept) {
      if (kind === 'file' && wants(basename(path))) yield path;
    }
    // The last is taken up first.
    const folders = kept.filter(({ path, kind }) => kind === 'folder' && mayHoldFiles(path));
    const depth = folder.depth + 1;
    if (depth > deepest) continue;
    waiting.push(...folders.toReversed().map(({ path }) => ({ path, above: rules, depth })));
  }
}

/** A folder that is to be looked into. */
interface Folder {
  readonly path: string;
  readonly above: readonly Rules[];
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

const longestRules = 256 * 1024;

async function rulesIn(
  files: WorkspaceFiles,
  folder: string,
  above: readonly Rules[],
): Promise<readonly Rules[]> {
  const text = await files.readText(join(folder, '.gitignore'), longestRules);
  return text === undefined ? above : [...above, { folder, ignores: ignore().add(text) }];
}

/** The innermost `.gitignore` that says anything of a path decides, as in git. */
function isIgnored(rules: readonly Rules[], path: string, kind: 'file' | 'folder'): boolean {
  for (const { folder, ignores } of rules.toReversed()) {
    const way = relative(folder, path).split(sep).join('/');
    const { ignored, unignored } = ignores.test(kind === 'folder' ? `${way}/` : way);
    if (ignored || unignored) return ignored;
  }
  return false;
}

function compileExcludes(globs: readonly string[], top: string): (path: string) => boolean {
  const compiled = globs.flatMap((glob) => {
    const result = compileFileGlob(glob, top);
    return result.ok ? [result.value] : [];
  });
  return (path) => compiled.some(({ matches }) => matches(path));
}
