import { resolve } from 'node:path';

import {
  CancellationSource,
  type CancellationToken,
  CancelledError,
  createCheckpoint,
} from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import { type Disposable, toDisposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { detectFormat, detectSnapshot } from '../readers/detectFormat.ts';
import type { MetricStore } from '../store/metricStore.ts';
import { type ChosenFormat, ChosenFormats } from './chosenFormats.ts';
import type { DatabaseSource } from './databaseSource.ts';
import { DetailReader, type DetailRequest, type DetailResult } from './detailReader.ts';
import { DiskLogSource } from './diskLogSource.ts';
import { FileRuns } from './fileRuns.ts';
import type { DetectFormat, TailOutcome } from './fileTail.ts';
import { type LogProblem, LogProblems } from './logProblems.ts';
import type { LogSource } from './logSource.ts';
import { LogTail, type LogTailOptions } from './logTail.ts';
import { RunBook } from './runBook.ts';
import { isDatabase, loggedPathOf, runNameOf } from './runLayout.ts';
import type { DiscoveredRun, RunUpdate } from './runLoader.ts';
import { SqliteSource } from './sqliteSource.ts';
import { WatchedRoots } from './watchedRoots.ts';

/** What is new since the last change that was told. */
export interface IngestChange {
  readonly updates: readonly RunUpdate[];
  /** Ids of runs that are gone. */
  readonly removed: readonly string[];
  /** All logs that cannot be read just now, where one of these came or went. */
  readonly problems?: readonly LogProblem[];
}

export interface IngestOptions {
  readonly store: MetricStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Looks at every file ten times a second instead of asking the system: for network file systems. */
  readonly polling: boolean;
  /** The disk where left out. */
  readonly source?: LogSource;
  /** Node's SQLite where left out. */
  readonly databases?: DatabaseSource;
  /** Tells the formats of files that grow; those of the registry where left out. */
  readonly detectFormat?: DetectFormat;
  /** The same of files that are rewritten as a whole. */
  readonly detectSnapshot?: typeof detectSnapshot;
}

/** Pause between two flushes while logs grow; the first change after a pause is flushed at once. */
const flushEveryMs = 50;
/** A flush that takes longer than this publishes what it has and goes on in the next one. */
const longFlushMs = 50;
/** A file that changed is looked at once more, as the system's next event may have been dropped. */
const lookAgainMs = 60;

interface TrackedFile {
  readonly tail: LogTail;
  readonly runs: FileRuns;
  timer: Disposable | undefined;
}

/** Finds logs below the watched paths, reads them into the store as they grow and tells what is new. */
export class IngestLoop implements Disposable {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #source: LogSource;
  readonly #tailOptions: LogTailOptions;
  readonly #emitter = new Emitter<IngestChange>();
  readonly #cancellation = new CancellationSource();
  readonly #roots: WatchedRoots;
  readonly #chosen: ChosenFormats;
  readonly #files = new Map<string, TrackedFile>();
  /** Files that are to be read anew, in another format. */
  readonly #outdated = new Set<string>();
  readonly #runs: RunBook;
  readonly #problems = new LogProblems();
  readonly #detail: DetailReader;
  /** Files to look at, with why: an event of the system, or a second look of our own. */
  readonly #dirty = new Map<string, 'event' | 'second look'>();
  #waiting: (() => void)[] = [];
  #timer: Disposable | undefined;
  #isFlushing = false;
  #nextFlushAt = 0;

  readonly onDidChange: Event<IngestChange> = this.#emitter.event;

  constructor(options: IngestOptions) {
    this.#runs = new RunBook(options.store);
    this.#detail = new DetailReader({
      store: options.store,
      logger: options.logger,
      fileOf: (path) => this.#files.get(path),
      failed: (path, problem) => {
        this.#note(path, problem);
        this.#publish();
      },
    });
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#source = options.source ?? new DiskLogSource(options);
    this.#tailOptions = {
      clock: options.clock,
      source: this.#source,
      databases: options.databases ?? new SqliteSource(),
      detectFormat: options.detectFormat ?? detectFormat,
      detectSnapshot: options.detectSnapshot ?? detectSnapshot,
    };
    const listener = {
      touched: (path: string) => this.#touch(loggedPathOf(path), 'event'),
      ready: () => this.#settleIfDone(),
    };
    this.#roots = new WatchedRoots(this.#source, listener);
    this.#chosen = new ChosenFormats(this.#source, listener);
  }

  /**
   * Watches a folder with everything below it, or a single file, until disposed. The path need not
   * exist yet, and may be watched several times over. When the last watch that covers a run ends,
   * the run leaves the store.
   */
  watch(path: string): Disposable {
    const root = resolve(path);
    // A database that is watched alone changes in the file that SQLite keeps beside it.
    const paths = [root, ...(isDatabase(root) ? [`${root}-wal`] : [])];
    const watching = paths.map((each) => this.#roots.add(each));
    return toDisposable(() => {
      for (const each of watching) each.dispose();
      for (const file of [...this.#files.keys(), ...this.#problems.files()]) {
        if (!this.#covers(file)) this.#touch(file, 'event');
      }
      this.#settleIfDone();
    });
  }

  /**
   * Finds and reads files in these formats, whatever they look like, from now on and until others
   * take the place of these. What was read in another format leaves the store.
   */
  setFormats(chosen: readonly ChosenFormat[]): void {
    for (const path of this.#chosen.replace(chosen, this.#files.keys())) {
      this.#outdated.add(path);
      this.#touch(path, 'event');
    }
    this.#settleIfDone();
  }

  /** Resolves once every file that is known by now has been read to its end. */
  settled(): Promise<void> {
    return new Promise((resume) => {
      this.#waiting.push(resume);
      this.#settleIfDone();
    });
  }

  /** Reads dropped detail of some series again. It stays for a while only: look at it at once. */
  restore(request: DetailRequest, token: CancellationToken): Promise<DetailResult> {
    return this.#detail.restore(request, token);
  }

  /** The runs with points or damage, sorted by id. */
  runs(): readonly DiscoveredRun[] {
    return this.#runs.shown();
  }

  /** The logs below the watched paths that cannot be read just now, sorted by path. */
  problems(): readonly LogProblem[] {
    return this.#problems.all();
  }

  dispose(): void {
    this.#cancellation.cancel();
    this.#timer?.dispose();
    for (const { timer } of this.#files.values()) timer?.dispose();
    this.#roots.dispose();
    this.#chosen.dispose();
    this.#emitter.dispose();
    this.#dirty.clear();
    this.#settleIfDone();
  }

  get #isDisposed(): boolean {
    return this.#cancellation.token.isCancellationRequested;
  }

  #covers(path: string): boolean {
    return this.#roots.covers(path) || this.#chosen.rootOf(path) !== undefined;
  }

  #touch(path: string, why: 'event' | 'second look'): void {
    if (this.#isDisposed) return;
    if (why === 'event' || !this.#dirty.has(path)) this.#dirty.set(path, why);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isFlushing || this.#timer || this.#isDisposed) return;
    const delay = Math.max(0, this.#nextFlushAt - this.#clock.now());
    this.#timer = this.#clock.after(delay, () => {
      this.#timer = undefined;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    const started = this.#clock.now();
    const checkpoint = createCheckpoint(this.#cancellation.token);
    for (const [path, why] of this.#dirty) {
      this.#dirty.delete(path);
      await this.#visit(path, why, checkpoint);
      if (this.#isDisposed || this.#clock.now() - started > longFlushMs) break;
    }
    this.#isFlushing = false;
    const now = this.#clock.now();
    this.#nextFlushAt = now - started > longFlushMs ? now : now + flushEveryMs;
    this.#publish();
    if (this.#dirty.size > 0) this.#schedule();
    this.#settleIfDone();
  }

  /** Looks at one file. A bug in one reader must not end the reading of all other logs. */
  async #visit(
    path: string,
    why: 'event' | 'second look',
    checkpoint: () => Promise<void>,
  ): Promise<void> {
    try {
      const isOutdated = this.#outdated.delete(path);
      const isCovered = this.#covers(path);
      if (isOutdated || !isCovered) this.#forget(path);
      if (!isCovered) return;
      if (!(await this.#isReadElsewhere(path))) await this.#advance(path, why, checkpoint);
    } catch (error) {
      if (error instanceof CancelledError) return;
      this.#logger.error(`Reading ${path} failed: ${error instanceof Error ? error.stack : error}`);
      this.#forget(path);
    }
  }

  /** A link to a log below another watched path would show its points twice. */
  async #isReadElsewhere(path: string): Promise<boolean> {
    if (this.#files.has(path) || this.#roots.isRoot(path)) return false;
    const real = await this.#source.realPath(path);
    return real !== path && this.#covers(real);
  }

  async #advance(
    path: string,
    why: 'event' | 'second look',
    checkpoint: () => Promise<void>,
  ): Promise<void> {
    const file = this.#track(path);
    const outcome = await file.tail.advance(file.runs, checkpoint);
    if (this.#isDisposed) return;
    const isGone = outcome.state === 'missing' || !this.#covers(path);
    if (isGone) this.#forget(path);
    this.#note(path, outcome.problem);
    if (isGone) return;
    await file.runs.publish(outcome.modifiedAt, checkpoint);
    if (!this.#isDisposed) this.#planNextLook(file, path, why, outcome);
  }

  /** Takes note of what the last look at a file found. */
  #note(path: string, problem: string | undefined): void {
    if (this.#problems.put(path, problem)) this.#logger.warn(`Cannot read ${path}. ${problem}`);
  }

  #planNextLook(
    file: TrackedFile,
    path: string,
    why: 'event' | 'second look',
    { changed, hasMore, idleAfterMs }: TailOutcome,
  ): void {
    file.timer?.dispose();
    file.timer = undefined;
    if (hasMore) {
      this.#touch(path, why);
      return;
    }
    const delay = why === 'event' || changed ? lookAgainMs : idleAfterMs;
    if (delay === undefined) return;
    file.timer = this.#clock.after(delay, () => this.#touch(path, 'second look'));
  }

  #track(path: string): TrackedFile {
    const found = this.#files.get(path);
    if (found) return found;
    const created: TrackedFile = {
      tail: new LogTail(path, this.#tailOptionsOf(path)),
      runs: new FileRuns({
        path,
        book: this.#runs,
        nameOf: (runPath) => runNameOf(runPath, this.#rootOf(runPath) ?? runPath),
        readAgain: (other) => this.#readAgain(other),
      }),
      timer: undefined,
    };
    this.#files.set(path, created);
    return created;
  }

  #rootOf(runPath: string): string | undefined {
    return this.#roots.rootOf(runPath) ?? this.#chosen.rootOf(runPath);
  }

  #tailOptionsOf(path: string): LogTailOptions {
    const format = this.#chosen.formatOf(path);
    if (!format) return this.#tailOptions;
    return { ...this.#tailOptions, detectFormat: () => format, detectSnapshot: () => undefined };
  }

  #readAgain(path: string): void {
    this.#files.get(path)?.tail.readAgain();
    this.#touch(path, 'second look');
  }

  #forget(path: string): void {
    this.#problems.put(path, undefined);
    const file = this.#files.get(path);
    if (!file) return;
    file.timer?.dispose();
    this.#files.delete(path);
    file.runs.leave();
  }

  #publish(): void {
    if (this.#isDisposed) return;
    const { updates, removed } = this.#runs.takeNews();
    const problems = this.#problems.takeNews();
    if (updates.length === 0 && removed.length === 0 && !problems) return;
    this.#emitter.fire({ updates, removed, ...(problems ? { problems } : {}) });
  }

  #settleIfDone(): void {
    const isBusy =
      this.#isFlushing || this.#dirty.size > 0 || !this.#roots.areReady || !this.#chosen.areReady;
    if (isBusy && !this.#isDisposed) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
