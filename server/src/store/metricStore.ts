import { RunData, type SkippedParts } from './runData.ts';
import { PrivateStage, type RunStage } from './runStage.ts';
import type { PointProvenance, StoredSeries } from './storedSeries.ts';

/**
 * All metrics of all runs, in memory. A run id is any text that names the run; ingest uses the
 * absolute path of the run's folder or file. Writers fill a private stage and publish it with one
 * synchronous commit, so readers never see half of a chunk.
 */
export class MetricStore {
  readonly #runs = new Map<string, RunData>();

  /**
   * Opens a private stage for the points of one file of a run. It may be committed again and again,
   * as the file grows; a file has one stage at a time, and a new one after `removeFile`. The run
   * appears with the first commit, even an empty one.
   */
  stage(runId: string, file: string): RunStage {
    return new PrivateStage(file, () => this.#runData(runId));
  }

  /** Ids of the runs, sorted. */
  runs(): readonly string[] {
    return [...this.#runs.keys()].sort();
  }

  /** Names of the run's metrics, sorted. */
  metrics(runId: string): readonly string[] {
    return this.#runs.get(runId)?.metrics() ?? [];
  }

  series(runId: string, name: string): StoredSeries | undefined {
    return this.#runs.get(runId)?.series(name);
  }

  /** Where the point at this index of a series comes from. */
  provenance(runId: string, name: string, index: number): PointProvenance | undefined {
    return this.#runs.get(runId)?.series(name)?.provenance(index);
  }

  /** Parts of the run's files that could not be read and were left out. */
  skipped(runId: string): SkippedParts {
    return this.#runs.get(runId)?.skipped() ?? { count: 0, examples: [] };
  }

  /** Number of points of all metrics of the run. */
  pointCount(runId: string): number {
    return this.#runs.get(runId)?.pointCount() ?? 0;
  }

  /** Drops what a file gave to a run, because it was rewritten, cut or deleted. */
  removeFile(runId: string, file: string): void {
    this.#runs.get(runId)?.removeFile(file);
  }

  removeRun(runId: string): void {
    this.#runs.delete(runId);
  }

  #runData(runId: string): RunData {
    const found = this.#runs.get(runId);
    if (found) return found;
    const created = new RunData();
    this.#runs.set(runId, created);
    return created;
  }
}
