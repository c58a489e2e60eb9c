import { basename, dirname } from 'node:path';

import { CancellationSource, createCheckpoint } from '../base/cancellation.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { isIgnoredFolder } from '../ingest/runLayout.ts';
import type { CodeAround } from '../rules/configRule.ts';
import { type IndexedWords, WordIndex } from '../syntax/wordIndex.ts';
import { isProgram, lengthFactor, mayNameKeys, readWordsOf } from './codeWords.ts';
import type { FileFacts, WorkspaceFiles } from './files.ts';
import { isInside } from './knownRun.ts';
import { ReadingQueue } from './readingQueue.ts';
import { stateFolderName } from './runFolder.ts';
import { walkFiles } from './walkFiles.ts';

/** How much is read of a folder; of a larger one nothing is known. */
export interface CodeLimits {
  /** Of one file, in bytes; notebooks may be some times as long. */
  readonly longestFile: number;
  /** Of all files, in bytes. */
  readonly allFiles: number;
  readonly mostFiles: number;
  /** Files of every kind that are walked over. */
  readonly mostNames: number;
}

const usualLimits: CodeLimits = {
  longestFile: 1024 * 1024,
  allFiles: 64 * 1024 * 1024,
  mostFiles: 10_000,
  mostNames: 200_000,
};

interface KnownFile {
  readonly facts: FileFacts;
  readonly words: IndexedWords;
}

/** A folder whose code is known, or being read. */
interface CodeFolder {
  readonly top: string;
  readonly cancellation: CancellationSource;
  index: WordIndex;
  readonly files: Map<string, KnownFile>;
  /** Files that have changed since they were read. */
  readonly changed: Set<string>;
  programs: number;
  state: 'unread' | 'read' | 'too-large';
}

/** What the programs of workspace folders name: read once somebody asks, and again where they change. */
export class WorkspaceCode implements Disposable {
  readonly #files: WorkspaceFiles;
  readonly #limits: CodeLimits;
  readonly #folders = new Map<string, CodeFolder>();
  readonly #read = new Emitter<string>();
  /** One after the other, so that a large folder takes no more than its turn. */
  readonly #reading: ReadingQueue;

  /** What is known of the code in this folder is another now. */
  readonly onDidRead = this.#read.event;

  constructor(files: WorkspaceFiles, logger: Logger, limits: CodeLimits = usualLimits) {
    this.#files = files;
    this.#reading = new ReadingQueue(logger);
    this.#limits = limits;
  }

  /** Begins to read the code of a folder, once. */
  look(top: string): void {
    if (this.#folders.has(top)) return;
    const folder: CodeFolder = {
      top,
      cancellation: new CancellationSource(),
      index: new WordIndex(),
      files: new Map(),
      changed: new Set(),
      programs: 0,
      state: 'unread',
    };
    this.#folders.set(top, folder);
    this.#queue(folder, () => this.#readAll(folder));
  }

  /** What the code of a folder names, that of one of its files left out; undefined where it is not known. */
  of(top: string | undefined, except: string): CodeAround | undefined {
    const folder = top === undefined ? undefined : this.#folders.get(top);
    if (folder?.state !== 'read') return undefined;
    const { index, programs, files } = folder;
    return {
      programs,
      mentions: (name) => index.mentions(name, files.get(except)?.words),
      defines: (name) => index.defines(name),
    };
  }

  /** Files came, went or were changed. */
  filesChanged(paths: readonly string[]): void {
    const code = paths.filter(mayNameKeys);
    for (const folder of this.#folders.values()) {
      // Configs are written by every run, and hardly a new one refers to what no other does.
      const own = code.filter(
        (path) =>
          isInside(path, folder.top) &&
          !isLeftOut(path, folder.top) &&
          (isProgram(path) || folder.files.has(path)),
      );
      if (own.length === 0 || folder.state === 'too-large') continue;
      const isWaiting = folder.changed.size > 0;
      for (const path of own) folder.changed.add(path);
      if (!isWaiting) this.#queue(folder, () => this.#readChanged(folder));
    }
  }

  forget(top: string): void {
    this.#folders.get(top)?.cancellation.cancel();
    this.#folders.delete(top);
  }

  /** Resolves when everything that was to be read by now has been. */
  async settled(): Promise<void> {
    await this.#reading.settled();
  }

  dispose(): void {
    for (const top of [...this.#folders.keys()]) this.forget(top);
    this.#read.dispose();
  }

  #queue(folder: CodeFolder, read: () => Promise<boolean>): void {
    this.#reading.add(`the code in ${folder.top}`, async () => {
      const isOther = await read();
      if (isOther && this.#folders.get(folder.top) === folder) this.#read.fire(folder.top);
    });
  }

  async #readChanged(folder: CodeFolder): Promise<boolean> {
    const paths = [...folder.changed];
    folder.changed.clear();
    // Whether a new file is one that git ignores, the walk knows.
    if (paths.some((path) => !folder.files.has(path))) return this.#readAll(folder);
    const before = new Map(folder.files);
    for (const path of paths) {
      if ((await this.#take(folder, path)) === undefined) return giveUp(folder);
    }
    return settle(folder, before, new Set(folder.files.keys()));
  }

  async #readAll(folder: CodeFolder): Promise<boolean> {
    if (folder.state === 'too-large') return false;
    const { mostFiles, mostNames, allFiles } = this.#limits;
    const checkpoint = createCheckpoint(folder.cancellation.token);
    const before = new Map(folder.files);
    const seen = new Set<string>();
    let names = 0;
    let bytes = 0;
    const wants = (name: string): boolean => {
      names += 1;
      // So that the walk comes back here, where it is ended.
      return names > mostNames || mayNameKeys(name);
    };
    for await (const path of walkFiles(this.#files, { top: folder.top, excludes: [], wants })) {
      await checkpoint();
      const size = names > mostNames ? undefined : await this.#take(folder, path);
      seen.add(path);
      bytes += size ?? 0;
      if (size === undefined || bytes > allFiles || seen.size > mostFiles) return giveUp(folder);
    }
    return settle(folder, before, seen);
  }

  /**
   * Reads a file if it is another than the one that is known. Returns its size, 0 for what is gone,
   * and undefined for a program that is too long.
   */
  async #take(folder: CodeFolder, path: string): Promise<number | undefined> {
    const facts = await this.#files.facts(path);
    const known = folder.files.get(path);
    if (!facts) {
      folder.files.delete(path);
      return 0;
    }
    if (known?.facts.size === facts.size && known.facts.modifiedAt === facts.modifiedAt) {
      return facts.size;
    }
    // Other long files hold data, and refer to nothing.
    const longest = this.#limits.longestFile * lengthFactor(path);
    if (facts.size > longest) return isProgram(path) ? undefined : 0;
    const text = (await this.#files.readText(path, longest)) ?? '';
    const words = await readWordsOf(path, text, folder.cancellation.token);
    folder.files.set(path, { facts, words: folder.index.add(words) });
    return facts.size;
  }
}

/**
 * Drops files that are gone, and what is no longer in those that were read again: only now, so that
 * what has moved from one file to another is known all the time. Returns whether anything is new.
 */
function settle(
  folder: CodeFolder,
  before: ReadonlyMap<string, KnownFile>,
  seen: ReadonlySet<string>,
): boolean {
  for (const path of [...folder.files.keys()]) if (!seen.has(path)) folder.files.delete(path);
  let isOther = folder.state !== 'read' || before.size !== folder.files.size;
  for (const [path, { words }] of before) {
    const now = folder.files.get(path)?.words;
    if (now === words) continue;
    isOther ||= !now || !isSame(now, words);
    folder.index.remove(words);
  }
  folder.state = 'read';
  folder.programs = [...folder.files.keys()].filter(isProgram).length;
  return isOther;
}

/** Nothing is said of a folder that is not known as a whole. */
function giveUp(folder: CodeFolder): boolean {
  const isOther = folder.state === 'read';
  folder.state = 'too-large';
  folder.files.clear();
  folder.index = new WordIndex();
  return isOther;
}

function isSame(a: IndexedWords, b: IndexedWords): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}

/** Whether a path lies in a folder that no walk from the top goes into, such as an environment. */
function isLeftOut(path: string, top: string): boolean {
  let folder = dirname(path);
  while (folder !== top && folder !== dirname(folder)) {
    if (isIgnoredFolder(folder) || basename(folder) === stateFolderName) return true;
    folder = dirname(folder);
  }
  return false;
}
