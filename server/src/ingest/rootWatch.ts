import { type FSWatcher as FolderWatcher, watch as watchFolder } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import { type FSWatcher, watch } from 'chokidar';

import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { LogListener } from './logSource.ts';
import { isIgnoredFolder } from './runLayout.ts';

/** Folders deeper than this below a root are not looked into. */
const maximumDepth = 8;
/** How often files are looked at where the system does not tell of changes. */
const pollingMs = 100;
/** A new folder is listed once more after this long, see `#listAgain`. */
const listAgainMs = 150;
/**
 * While the root does not exist it is looked for after the first of these pauses, and after twice as
 * long each time up to the second: folders made one in another right away can slip by a watcher.
 */
const [shortestPauseMs, longestPauseMs] = [50, 1000];

/**
 * Watches one folder or file. While it does not exist, its nearest existing ancestor is watched for
 * the next part of the path; when it goes away, the watch falls back to that.
 */
export class RootWatch implements Disposable {
  readonly #root: string;
  readonly #listener: LogListener;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #wants: (path: string) => boolean;
  /** Folders that the watcher knows, and those of them that are to be listed once more. */
  readonly #folders = new Set<string>();
  readonly #newFolders = new Set<string>();
  #timer: Disposable | undefined;
  #polling: boolean;
  #watcher: FSWatcher | undefined;
  /** While the root does not exist. */
  #hearing: FolderWatcher | undefined;
  #isDisposed = false;

  constructor(
    root: string,
    listener: LogListener,
    options: {
      readonly clock: Clock;
      readonly logger: Logger;
      readonly polling: boolean;
      /** Whether a file could be a log, by its path. */
      readonly wants: (path: string) => boolean;
    },
  ) {
    this.#root = root;
    this.#listener = listener;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#wants = options.wants;
    this.#polling = options.polling;
    void this.#start();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#stop();
  }

  async #start(): Promise<void> {
    const existing = await nearestExisting(this.#root);
    if (this.#isDisposed) return;
    if (existing === this.#root) this.#watchRoot();
    else this.#awaitRoot(existing);
  }

  /** Closes the watcher and starts with whatever of the path exists by now. */
  #restart(): void {
    this.#stop();
    void this.#start();
  }

  #stop(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#folders.clear();
    this.#newFolders.clear();
    this.#hearing?.close();
    this.#hearing = undefined;
    const watcher = this.#watcher;
    this.#watcher = undefined;
    void watcher?.close();
  }

  #watchRoot(): void {
    const watcher = this.#open((path, stats) => {
      if (path === this.#root) return false;
      if (isIgnoredFolder(path)) return true;
      return stats?.isFile() === true && !this.#wants(path);
    });
    watcher.on('all', (event, path) => {
      if (this.#watcher !== watcher) return;
      if (!event.endsWith('Dir')) this.#listener.touched(path);
      else if (event === 'addDir') this.#listAgain(path);
      else this.#folders.delete(path);
      if (path === this.#root && event.startsWith('unlink')) this.#restart();
    });
    this.#tellReady(watcher);
  }

  /**
   * Many roots may be awaited in the same folder, and there may be thousands of files in it: so it is
   * not listed. What the system does not tell of is found by looking now and then.
   */
  #awaitRoot(ancestor: string): void {
    const [next = ''] = relative(ancestor, this.#root).split(sep);
    if (!this.#polling) this.#hearOf(ancestor, next);
    this.#listener.ready();
    this.#planLook(ancestor, shortestPauseMs);
  }

  /** Starts over once the system tells of something with this name in the folder. */
  #hearOf(folder: string, name: string): void {
    try {
      const hearing = watchFolder(folder, (_, changed) => {
        if (this.#hearing === hearing && (changed === null || changed === name)) this.#restart();
      });
      hearing.on('error', () => hearing.close());
      this.#hearing = hearing;
    } catch {
      // It has gone, or the system watches no more: then looking has to do.
    }
  }

  #planLook(ancestor: string, pauseMs: number): void {
    this.#timer = this.#clock.after(pauseMs, () => void this.#lookForRoot(ancestor, pauseMs));
  }

  async #lookForRoot(ancestor: string, pauseMs: number): Promise<void> {
    const timer = this.#timer;
    const existing = await nearestExisting(this.#root);
    // The watcher may have started over in the meantime.
    if (this.#timer !== timer) return;
    if (existing !== ancestor) this.#restart();
    else this.#planLook(ancestor, Math.min(2 * pauseMs, longestPauseMs));
  }

  #tellReady(watcher: FSWatcher): void {
    watcher.on('ready', () => {
      if (this.#watcher === watcher) this.#listener.ready();
    });
  }

  #open(ignored: (path: string, stats?: { isFile(): boolean }) => boolean): FSWatcher {
    const watcher = watch(this.#root, {
      depth: maximumDepth,
      ignored,
      ignorePermissionErrors: true,
      usePolling: this.#polling,
      interval: pollingMs,
      binaryInterval: pollingMs,
    });
    this.#watcher = watcher;
    watcher.on('error', (error) => {
      if (this.#watcher === watcher) this.#takeError(error);
    });
    return watcher;
  }

  #takeError(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (!this.#polling && /ENOSPC|EMFILE/.test(message)) {
      this.#logger.warn(
        `The system watches no more files (${message}). Logs below ${this.#root} are polled instead.`,
      );
      this.#polling = true;
      this.#restart();
    } else this.#logger.warn(`Watching logs below ${this.#root}: ${message}`);
  }

  /**
   * What is made in a new folder after chokidar has listed it and before it watches it would stay
   * unknown until the folder changes again.
   */
  #listAgain(folder: string): void {
    this.#folders.add(folder);
    this.#newFolders.add(folder);
    this.#timer ??= this.#clock.after(listAgainMs, () => {
      this.#timer = undefined;
      const folders = [...this.#newFolders];
      this.#newFolders.clear();
      for (const next of folders) void this.#list(next);
    });
  }

  async #list(folder: string): Promise<void> {
    const watcher = this.#watcher;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (this.#isDisposed || this.#watcher !== watcher) return;
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isFile()) this.#addFile(path);
      else if (entry.isDirectory() || entry.isSymbolicLink()) this.#addFolder(path);
    }
  }

  #addFolder(path: string): void {
    const isDeep = relative(this.#root, path).split(sep).length > maximumDepth;
    if (!isDeep && !this.#folders.has(path)) this.#watcher?.add(path);
  }

  /** Nothing happens to a file that the watcher knows. */
  #addFile(path: string): void {
    if (!this.#wants(path)) return;
    this.#listener.touched(path);
    this.#watcher?.add(path);
  }
}

async function nearestExisting(path: string): Promise<string> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  const parent = dirname(path);
  return exists || parent === path ? path : nearestExisting(parent);
}
