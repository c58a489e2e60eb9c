import type { MetricStore } from '../store/metricStore.ts';
import { type DiscoveredRun, RunLoader, type RunUpdate } from './runLoader.ts';

/** The runs that logs tell of, and which of them went away since that was last told. */
export class RunBook {
  readonly #store: MetricStore;
  readonly #runs = new Map<string, RunLoader>();
  /** Runs that may have news. */
  readonly #touched = new Set<RunLoader>();
  readonly #removed = new Set<string>();

  constructor(store: MetricStore) {
    this.#store = store;
  }

  /** The run with this id, for a file that gives it points; `name` is what people call it. */
  take(id: string, name: string): RunLoader {
    const found = this.#runs.get(id);
    const run = found ?? this.#create(id, name);
    run.rename(name);
    this.#touched.add(run);
    return run;
  }

  /** A file of the run has news. */
  touch(run: RunLoader): void {
    this.#touched.add(run);
  }

  /** The file gives the run no more points. Returns a file that has to be read again for it. */
  leave(run: RunLoader, path: string): string | undefined {
    const next = run.remove(path);
    this.#touched.add(run);
    if (!run.isEmpty) return next;
    this.#end(run);
    return undefined;
  }

  /** Forgets a run that no file gives points to after all. */
  release(run: RunLoader): void {
    if (run.isEmpty) this.#end(run);
  }

  /** The runs with points or damage, sorted by id. */
  shown(): readonly DiscoveredRun[] {
    return [...this.#runs.values()]
      .filter((run) => run.isShown)
      .map((run) => run.describe())
      .sort((first, second) => (first.id < second.id ? -1 : 1));
  }

  /** What is new since the last call. */
  takeNews(): { readonly updates: readonly RunUpdate[]; readonly removed: readonly string[] } {
    const removed = [...this.#removed];
    const updates = [...this.#touched].flatMap((run) => run.takeUpdate() ?? []);
    this.#removed.clear();
    this.#touched.clear();
    return { updates, removed };
  }

  #end(run: RunLoader): void {
    // A file may leave a run twice; by then there can be another with that id.
    if (this.#runs.get(run.id) !== run) return;
    this.#runs.delete(run.id);
    this.#touched.delete(run);
    if (run.isShown) this.#removed.add(run.id);
  }

  #create(id: string, name: string): RunLoader {
    const history = this.#removed.delete(id) ? 'replaced' : 'new';
    const run = new RunLoader(this.#store, id, name, history);
    this.#runs.set(id, run);
    return run;
  }
}
