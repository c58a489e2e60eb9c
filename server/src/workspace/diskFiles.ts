import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { FileFacts, FolderEntry, WorkspaceFiles } from './files.ts';

/** The real files of this machine. */
export function createDiskFiles(): WorkspaceFiles {
  return {
    readText: (path, longest) => readText(path, longest).catch(() => undefined),
    async writeAtomically(path, text) {
      const draft = draftOf(path);
      await mkdir(dirname(path), { recursive: true });
      try {
        await writeFile(draft, text, { flush: true });
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async createExclusively(path, text) {
      const draft = draftOf(path);
      try {
        await writeFile(draft, text, { flush: true });
        return (await isLinked(draft, path)) ?? (await createInPlace(path, text));
      } finally {
        await rm(draft, { force: true });
      }
    },
    async makeFolder(path) {
      await mkdir(dirname(path), { recursive: true });
      try {
        await mkdir(path);
        return true;
      } catch (error) {
        if (isThere(error)) return false;
        throw error;
      }
    },
    entries: (path) => readEntries(path).catch(() => []),
    facts: (path) => readFacts(path).catch(() => undefined),
    list: (path) => readdir(path).catch(() => []),
  };
}

/** A name that no other process has, be it on another machine or in another container. */
function draftOf(path: string): string {
  return `${path}.${randomUUID()}.tmp`;
}

/** Gives a file a second name; false where that is taken, undefined where it cannot be told. */
async function isLinked(draft: string, path: string): Promise<boolean | undefined> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    // Over a network an answer may be lost, and the second try finds the name that the first has made.
    const { nlink } = await stat(draft);
    return nlink > 1 || (isThere(error) ? false : undefined);
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** For filesystems without links: a reader may see it before it is complete. */
async function createInPlace(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', flush: true });
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    throw error;
  }
}

async function readText(path: string, longest: number | undefined): Promise<string | undefined> {
  if (longest !== undefined) {
    const found = await stat(path);
    // Reading a pipe or a device would not end.
    if (!found.isFile() || found.size > longest) return undefined;
  }
  return await readFile(path, 'utf8');
}

async function readEntries(path: string): Promise<readonly FolderEntry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.map((entry) => ({
    name: entry.name,
    kind: entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other',
  }));
}

async function readFacts(path: string): Promise<FileFacts> {
  const { size, mtimeMs } = await stat(path);
  return { size, modifiedAt: mtimeMs };
}
