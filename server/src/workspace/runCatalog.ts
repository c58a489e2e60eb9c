import { join } from 'node:path';

import { Emitter } from '../base/emitter.ts';
import type { DiscoveredRun } from '../ingest/runLoader.ts';
import type { RunRecord } from '../model/run.ts';
import { type LogRoot, rootOf } from './configView.ts';
import { byTime, type KnownRun } from './knownRun.ts';
import { stateFolderName } from './runFolder.ts';

/** All runs that the session knows, whoever started them. */
export class RunCatalog {
  readonly #runs = new Map<string, KnownRun>();
  readonly #changed = new Emitter<KnownRun>();

  /** A run is new or its record has changed. */
  readonly onDidChange = this.#changed.event;

  /** Newest first. */
  all(): readonly KnownRun[] {
    return [...this.#runs.values()].sort(byTime);
  }

  find(id: string): KnownRun | undefined {
    return this.#runs.get(id);
  }

  /** A run that was started here, by this window or an earlier one. */
  putRecord(workspaceFolder: string, folder: string, record: RunRecord): KnownRun {
    return this.#put({
      id: folder,
      name: record.id,
      configPath: join(workspaceFolder, record.config),
      record,
      discovered: this.#runs.get(folder)?.discovered,
      time: record.startedAt,
    });
  }

  /** Logs that were found or have grown. */
  putDiscovered(discovered: DiscoveredRun): KnownRun {
    const before = this.#runs.get(discovered.id);
    return this.#put({
      id: discovered.id,
      // A run in a database can be given another name; one that was started here has its own.
      name: before?.record ? before.name : discovered.name,
      configPath: before?.configPath,
      record: before?.record,
      discovered,
      time: before?.record?.startedAt ?? discovered.modifiedAt,
    });
  }

  /** The logs of a run are gone; what was recorded of it stays. */
  forgetLogs(id: string): void {
    const run = this.#runs.get(id);
    if (run?.record) this.#put({ ...run, discovered: undefined });
    else this.remove(id);
  }

  remove(id: string): void {
    const run = this.#runs.get(id);
    if (!run) return;
    this.#runs.delete(id);
    this.#changed.fire(run);
  }

  /**
   * The runs of a config, newest first: those that were started from it, and the logs below the
   * places where it writes. Arms of ablations with other weights do not speak for the config.
   */
  boundTo(configPath: string, logRoots: readonly LogRoot[]): readonly KnownRun[] {
    return this.all().filter((run) => {
      if (run.configPath !== undefined) return run.configPath === configPath;
      if (run.id.split(/[\\/]/).includes(stateFolderName)) return false;
      return rootOf(logRoots, run.id, run.discovered?.files) !== undefined;
    });
  }

  #put(run: KnownRun): KnownRun {
    this.#runs.set(run.id, run);
    this.#changed.fire(run);
    return run;
  }
}

/** Whether the run's weights are those of the config it was started from. */
export function speaksForConfig(run: KnownRun): boolean {
  const variant = run.record?.ablation?.variant;
  return variant === undefined || variant === 'baseline';
}
