import type { LogFormat, PointSink } from '../readers/logFormat.ts';
import type { MetricStore } from '../store/metricStore.ts';
import type { RunStage } from '../store/runStage.ts';

/** A run that logs tell of. */
export interface DiscoveredRun {
  /** The store's run id: the absolute path of the run's folder or file. */
  readonly id: string;
  readonly path: string;
  /** For people: the id of a run of ours, else the path below the watched folder. */
  readonly name: string;
  /** Sorted by path. */
  readonly files: readonly { readonly path: string; readonly format: string }[];
  /** Of its newest file, in milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** What is new of one run. */
export interface RunUpdate {
  readonly run: DiscoveredRun;
  /** Metrics with new points, each with the index of the first new one. */
  readonly changed: ReadonlyMap<string, number>;
  /** Whether earlier points went away or moved: everything known of the run must be looked at anew. */
  readonly reset: boolean;
}

interface LoadedFile {
  readonly format: string;
  stage: RunStage | undefined;
  modifiedAt: number;
}

/** Brings the points of the files of one run into the store and gathers what is new of it. */
export class RunLoader {
  readonly #store: MetricStore;
  readonly #id: string;
  readonly #name: string;
  readonly #files = new Map<string, LoadedFile>();
  #changed = new Map<string, number>();
  #isReset: boolean;
  #hasNews = false;
  #isShown = false;

  /** `history` is `replaced` where a run of that id went away and its end has not been told yet. */
  constructor(store: MetricStore, id: string, name: string, history: 'new' | 'replaced') {
    this.#store = store;
    this.#id = id;
    this.#name = name;
    this.#isReset = history === 'replaced';
  }

  get id(): string {
    return this.#id;
  }

  /**
   * Whether there is anything to show: a point, or damage, now or before a file was rewritten. Much
   * that looks like a log by its beginning holds no metrics.
   */
  get isShown(): boolean {
    return this.#isShown;
  }

  get isEmpty(): boolean {
    return this.#files.size === 0;
  }

  /** Takes up a file, for the first time or anew after `discard`. */
  begin(path: string, format: LogFormat): PointSink {
    const stage = this.#store.stage(this.#id, path);
    this.#files.set(path, { format: format.name, stage, modifiedAt: 0 });
    this.#hasNews = true;
    return stage;
  }

  /** Drops the points of a file that is still there but was rewritten. */
  discard(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    file.stage = undefined;
    this.#store.removeFile(this.#id, path);
    this.#changed = new Map();
    this.#isReset = true;
    this.#hasNews = true;
  }

  /** Drops a file that went away. */
  remove(path: string): void {
    this.discard(path);
    this.#files.delete(path);
    if (this.isEmpty) this.#store.removeRun(this.#id);
  }

  /** Publishes the points that the file's stage took since the last commit. */
  commit(path: string, modifiedAt: number): void {
    const file = this.#files.get(path);
    if (!file) return;
    file.modifiedAt = modifiedAt;
    if (!file.stage) return;
    const { changed, skipped } = file.stage.commit();
    for (const [name, first] of changed) {
      this.#changed.set(name, Math.min(first, this.#changed.get(name) ?? first));
    }
    this.#hasNews ||= changed.size > 0 || skipped > 0;
    this.#isShown ||= changed.size > 0 || skipped > 0;
  }

  /** What is new since the last call; undefined for nothing. */
  takeUpdate(): RunUpdate | undefined {
    if (!this.#hasNews || !this.#isShown) return undefined;
    const update = { run: this.describe(), changed: this.#changed, reset: this.#isReset };
    this.#changed = new Map();
    this.#isReset = false;
    this.#hasNews = false;
    return update;
  }

  describe(): DiscoveredRun {
    const files = [...this.#files].map(([path, { format }]) => ({ path, format }));
    const times = [...this.#files.values()].map(({ modifiedAt }) => modifiedAt);
    return {
      id: this.#id,
      path: this.#id,
      name: this.#name,
      files: files.sort((first, second) => (first.path < second.path ? -1 : 1)),
      modifiedAt: Math.max(0, ...times),
    };
  }
}
