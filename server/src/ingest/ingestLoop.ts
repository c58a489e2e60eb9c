import { resolve } from 'node:path';

import { CancellationSource, CancelledError, createCheckpoint } from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import { type Disposable, toDisposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { LogFormat } from '../readers/logFormat.ts';
import type { MetricStore } from '../store/metricStore.ts';
import { DiskLogSource } from './diskLogSource.ts';
import { FileTail, type TailOutcome } from './fileTail.ts';
import type { LogSource } from './logSource.ts';
import { runNameOf, runPathOf } from './runLayout.ts';
import { type DiscoveredRun, RunLoader, type RunUpdate } from './runLoader.ts';
import { WatchedRoots } from './watchedRoots.ts';

/** What is new since the last change that was told. */
export interface IngestChange {
  readonly updates: readonly RunUpdate[];
  /** Ids of runs that are gone. */
  readonly removed: readonly string[];
}

export interface IngestOptions {
  readonly store: MetricStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Looks at every file ten times a second instead of asking the system: for network file systems. */
  readonly polling: boolean;
  /** The disk where left out. */
  readonly source?: LogSource;
}

/** Pause between two flushes while logs grow; the first change after a pause is flushed at once. */
const flushEveryMs = 50;
/** A flush that takes longer than this publishes what it has and goes on in the next one. */
const longFlushMs = 50;
/** A file that changed is looked at once more, as the system's next event may have been dropped. */
const lookAgainMs = 60;

interface TrackedFile {
  readonly tail: FileTail;
  run: RunLoader | undefined;
  timer: Disposable | undefined;
}

/** Finds logs below the watched paths, reads them into the store as they grow and tells what is new. */
export class IngestLoop implements Disposable {
  readonly #store: MetricStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #source: LogSource;
  readonly #emitter = new Emitter<IngestChange>();
  readonly #cancellation = new CancellationSource();
  readonly #roots: WatchedRoots;
  readonly #files = new Map<string, TrackedFile>();
  readonly #runs = new Map<string, RunLoader>();
  /** Files to look at, with why: an event of the system, or a second look of our own. */
  readonly #dirty = new Map<string, 'event' | 'second look'>();
  readonly #removed = new Set<string>();
  #waiting: (() => void)[] = [];
  #timer: Disposable | undefined;
  #isFlushing = false;
  #nextFlushAt = 0;

  readonly onDidChange: Event<IngestChange> = this.#emitter.event;

  constructor(options: IngestOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#source = options.source ?? new DiskLogSource(options);
    this.#roots = new WatchedRoots(this.#source, {
      touched: (path) => this.#touch(path, 'event'),
      ready: () => this.#settleIfDone(),
    });
  }

  /**
   * Watches a folder with everything below it, or a single file, until disposed. The path need not
   * exist yet, and may be watched several times over. When the last watch that covers a run ends,
   * the run leaves the store.
   */
  watch(path: string): Disposable {
    const root = resolve(path);
    const watching = this.#roots.add(root);
    return toDisposable(() => {
      watching.dispose();
      for (const file of this.#files.keys()) {
        if (!this.#roots.covers(file)) this.#touch(file, 'event');
      }
      this.#settleIfDone();
    });
  }

  /** Resolves once every file that is known by now has been read to its end. */
  settled(): Promise<void> {
    return new Promise((resume) => {
      this.#waiting.push(resume);
      this.#settleIfDone();
    });
  }

  /** The runs with points or damage, sorted by id. */
  runs(): readonly DiscoveredRun[] {
    return [...this.#runs.values()]
      .filter((run) => run.isShown)
      .map((run) => run.describe())
      .sort((first, second) => (first.id < second.id ? -1 : 1));
  }

  dispose(): void {
    this.#cancellation.cancel();
    this.#timer?.dispose();
    for (const { timer } of this.#files.values()) timer?.dispose();
    this.#roots.dispose();
    this.#emitter.dispose();
    this.#dirty.clear();
    this.#settleIfDone();
  }

  get #isDisposed(): boolean {
    return this.#cancellation.token.isCancellationRequested;
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
      if (!this.#roots.covers(path)) this.#forget(path);
      else if (!(await this.#isReadElsewhere(path))) await this.#advance(path, why, checkpoint);
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
    return real !== path && this.#roots.covers(real);
  }

  async #advance(
    path: string,
    why: 'event' | 'second look',
    checkpoint: () => Promise<void>,
  ): Promise<void> {
    const file = this.#track(path);
    const target = {
      begin: (format: LogFormat) => this.#assign(file, path, format).begin(path, format),
      discard: () => file.run?.discard(path),
    };
    const outcome = await file.tail.advance(target, checkpoint);
    if (outcome.problem !== undefined) this.#logger.warn(`Cannot read ${path}: ${outcome.problem}`);
    if (this.#isDisposed) return;
    if (outcome.state === 'missing' || !this.#roots.covers(path)) {
      this.#forget(path);
      return;
    }
    file.run?.commit(path, outcome.modifiedAt);
    this.#planNextLook(file, path, why, outcome);
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
    const tail = new FileTail(this.#source, path, this.#clock);
    const created: TrackedFile = { tail, run: undefined, timer: undefined };
    this.#files.set(path, created);
    return created;
  }

  /** The run that the file belongs to, now that its format is known. */
  #assign(file: TrackedFile, path: string, format: LogFormat): RunLoader {
    const id = runPathOf(path, format.name);
    if (file.run && file.run.id !== id) this.#leave(file.run, path);
    const run = this.#runs.get(id) ?? this.#createRun(id);
    file.run = run;
    return run;
  }

  #createRun(id: string): RunLoader {
    const name = runNameOf(id, this.#roots.rootOf(id) ?? id);
    const history = this.#removed.delete(id) ? 'replaced' : 'new';
    const run = new RunLoader(this.#store, id, name, history);
    this.#runs.set(id, run);
    return run;
  }

  #forget(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    file.timer?.dispose();
    this.#files.delete(path);
    if (file.run) this.#leave(file.run, path);
  }

  #leave(run: RunLoader, path: string): void {
    run.remove(path);
    if (!run.isEmpty) return;
    this.#runs.delete(run.id);
    if (run.isShown) this.#removed.add(run.id);
  }

  #publish(): void {
    if (this.#isDisposed) return;
    const removed = [...this.#removed];
    this.#removed.clear();
    const updates = [...this.#runs.values()].flatMap((run) => run.takeUpdate() ?? []);
    if (updates.length > 0 || removed.length > 0) this.#emitter.fire({ updates, removed });
  }

  #settleIfDone(): void {
    const isBusy = this.#isFlushing || this.#dirty.size > 0 || !this.#roots.areReady;
    if (isBusy && !this.#isDisposed) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
