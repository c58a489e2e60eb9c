import type { MetricStore } from '../store/metricStore.ts';
import type { RunStage, StageCommit } from '../store/runStage.ts';

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
  /** How far the training had come, where only the furthest of such files counts. */
  readonly progress?: number;
}

/** A file that was read as a whole, with its points on a stage of its own. */
export interface WholeFile {
  readonly path: string;
  readonly format: string;
  readonly stage: RunStage;
  readonly modifiedAt: number;
  readonly progress: number | undefined;
}

/** Brings the points of the files of one run into the store and gathers what is new of it. */
export class RunLoader {
  readonly #store: MetricStore;
  readonly #id: string;
  #name: string;
  readonly #files = new Map<string, LoadedFile>();
  #changed = new Map<string, number>();
  #isReset: boolean;
  #hasNews: boolean;
  #isShown: boolean;

  /** `history` is `replaced` where a run of that id went away and its end has not been told yet. */
  constructor(store: MetricStore, id: string, name: string, history: 'new' | 'replaced') {
    this.#store = store;
    this.#id = id;
    this.#name = name;
    const isReplaced = history === 'replaced';
    this.#isReset = isReplaced;
    this.#isShown = isReplaced;
    this.#hasNews = isReplaced;
  }

  get id(): string {
    return this.#id;
  }

  /**
   * Whether there is anything to show: a point, or damage, now or before a file was rewritten or
   * written anew. Much that looks like a log by its beginning holds no metrics.
   */
  get isShown(): boolean {
    return this.#isShown;
  }

  get isEmpty(): boolean {
    return this.#files.size === 0;
  }

  /** The name may change, as that of a run in a database does. */
  rename(name: string): void {
    this.#hasNews ||= name !== this.#name;
    this.#name = name;
  }

  /** Takes up a file that grows, for the first time or anew after `discard`. */
  begin(path: string, format: string): RunStage {
    const stage = this.stage(path, format);
    this.#files.set(path, { format, stage, modifiedAt: 0 });
    this.#hasNews = true;
    return stage;
  }

  /** A stage for a file that `replace` will take up once it has been read as a whole. */
  stage(path: string, format: string): RunStage {
    return this.#store.stage(this.#id, path, format);
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

  /**
   * Drops a file that went away. Returns one that has to be read again, as it is now the one of its
   * kind that counts.
   */
  remove(path: string): string | undefined {
    const file = this.#files.get(path);
    const counted = file?.stage !== undefined && file.progress !== undefined;
    this.#hide(path);
    this.#files.delete(path);
    this.#hasNews = true;
    if (this.isEmpty) this.#store.removeRun(this.#id);
    return file && counted ? this.#furthest(file.format) : undefined;
  }

  /**
   * Puts all points of a file in the place of what it gave before. Of the files of one format that
   * tell how far the training had come only the furthest counts; where that is now another one,
   * which has to be read again, its path is returned.
   */
  replace({ path, format, stage, modifiedAt, progress }: WholeFile): string | undefined {
    const before = this.#files.get(path);
    const file = { format, stage, modifiedAt, ...(progress === undefined ? {} : { progress }) };
    this.#files.set(path, file);
    const furthest = progress === undefined ? path : this.#furthest(format);
    if (furthest === path) {
      for (const [other, { progress: less, ...found }] of this.#files) {
        if (other !== path && found.format === format && less !== undefined) this.#hide(other);
      }
      this.#take(stage.replace());
      return undefined;
    }
    // Nobody asks for these points, and a checkpoint holds as many as the file that counts.
    stage.discard();
    this.#files.set(path, { ...file, stage: before?.stage });
    if (!before?.stage) return undefined;
    this.#hide(path);
    return furthest;
  }

  /** Publishes the points that the file's stage took since the last commit. */
  commit(path: string, modifiedAt: number): void {
    const file = this.#files.get(path);
    if (!file) return;
    file.modifiedAt = modifiedAt;
    if (file.stage) this.#take(file.stage.commit());
  }

  #take({ changed, skipped, reset = false }: StageCommit & { readonly reset?: boolean }): void {
    if (reset) {
      this.#changed = new Map();
      this.#isReset = true;
    }
    for (const [name, first] of changed) {
      this.#changed.set(name, Math.min(first, this.#changed.get(name) ?? first));
    }
    this.#hasNews ||= changed.size > 0 || skipped > 0 || reset;
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

  /** Drops the points of a file that is known but does not count. */
  #hide(path: string): void {
    if (this.#files.get(path)?.stage) this.discard(path);
  }

  /** The file of a format that tells of the furthest training; of equals the one written last. */
  #furthest(format: string): string | undefined {
    let furthest: readonly [path: string, progress: number, modifiedAt: number] | undefined;
    for (const [path, { format: own, progress, modifiedAt }] of this.#files) {
      if (own !== format || progress === undefined) continue;
      const [, most, latest] = furthest ?? ['', Number.NEGATIVE_INFINITY, 0];
      if (progress < most || (progress === most && modifiedAt <= latest)) continue;
      furthest = [path, progress, modifiedAt];
    }
    return furthest?.[0];
  }
}
