import { MemoryBudget } from './memoryBudget.ts';
import { type DroppedRange, PointRestorer } from './restoration.ts';
import { RunData, type SkippedParts } from './runData.ts';
import { PrivateStage, type RunStage } from './runStage.ts';
import type { SeriesQuery } from './seriesQuery.ts';
import { SlabPool } from './stagedPoints.ts';
import type { PointProvenance, StoredSeries } from './storedSeries.ts';

/** Bytes of memory for the points of all runs, where nothing else is said. */
const defaultBytes = 512 * 2 ** 20;

/** What a point takes up at most that was read again. */
const restoredPointBytes = 24;

/**
 * All metrics of all runs, in memory. A run id is any text that names the run; ingest uses the
 * absolute path of the run's folder or file. Writers fill a private stage and publish it with one
 * synchronous commit, so readers never see half of a chunk. Where the points take more than the
 * allowed memory, the oldest of the runs that were left alone for longest lose their detail; a
 * summary of every 256 points stays, and whoever needs the detail gives it back (`dropped`,
 * `restorer`).
 */
export class MetricStore {
  readonly #runs = new Map<string, RunData>();
  readonly #budget: MemoryBudget;
  readonly #slabs = new SlabPool();
  #touches = 0;

  /** @param bytes of memory for points; what has to stay of very many series may be more */
  constructor(bytes: number = defaultBytes) {
    this.#budget = new MemoryBudget(bytes);
  }

  /** Bytes that the points take up now. */
  get bytes(): number {
    return this.#budget.used;
  }

  /**
   * Opens a private stage for the points of one file of a run. It may be published again and again,
   * as the file grows or is rewritten; a file has one stage at a time, and a new one after
   * `removeFile`. The run appears with the first commit, even an empty one.
   */
  stage(runId: string, file: string, format: string): RunStage {
    return new PrivateStage(
      { file, format },
      {
        slabs: this.#slabs,
        run: () => this.#runData(runId),
        published: () => {
          this.#touch(this.#runs.get(runId));
          this.#budget.trim(this.#runs.values());
        },
      },
    );
  }

  /** Ids of the runs, sorted. */
  runs(): readonly string[] {
    return [...this.#runs.keys()].sort();
  }

  /** Names of the run's metrics, sorted. */
  metrics(runId: string): readonly string[] {
    return this.#runs.get(runId)?.metrics() ?? [];
  }

  /**
   * The points of a metric. Where files of several formats log the same metric, they are several
   * series: the best format answers (see `formatRank.ts`), and the others where they are asked for.
   */
  series(runId: string, name: string, format?: string): StoredSeries | undefined {
    const run = this.#touch(this.#runs.get(runId));
    return run?.series(name, format);
  }

  /** The formats in which a metric was logged, the one that answers first. */
  formats(runId: string, name: string): readonly string[] {
    return this.#runs.get(runId)?.formats(name) ?? [];
  }

  /** The highest of the steps at which the metrics of a run end. */
  lastStep(runId: string): number | undefined {
    return this.#runs.get(runId)?.lastStep();
  }

  /** Where the point at this index of a series comes from. */
  provenance(runId: string, name: string, index: number): PointProvenance | undefined {
    return this.#runs.get(runId)?.series(name)?.provenance(index);
  }

  /** What of a series in a range of steps is no longer in memory, one range for each file. */
  dropped(
    runId: string,
    name: string,
    { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Partial<SeriesQuery> = {},
  ): readonly DroppedRange[] {
    return this.#runs.get(runId)?.series(name)?.dropped({ from, to }) ?? [];
  }

  /** Whether so many dropped points may be in memory again at the same time. */
  canRestore(points: number): boolean {
    return this.#budget.canRestore(points * restoredPointBytes);
  }

  /**
   * Takes dropped points back from a new reader of their file. Undefined where the file is no longer
   * part of the series, or where there are more points than may be in memory for this: an eighth of
   * what all may take; those that were given back before go first.
   */
  restorer(runId: string, name: string, range: DroppedRange): PointRestorer | undefined {
    const series = this.#touch(this.#runs.get(runId))?.series(name, range.format);
    const segment = series?.files.find(({ file }) => file === range.file);
    if (!segment || !this.canRestore(range.count)) return undefined;
    return new PointRestorer(segment.points, name, range);
  }

  /** Parts of the run's files that could not be read and were left out. */
  skipped(runId: string): SkippedParts {
    return this.#runs.get(runId)?.skipped() ?? { count: 0, examples: [] };
  }

  /** Number of points of all metrics of the run, in all their formats. */
  pointCount(runId: string): number {
    return this.#runs.get(runId)?.pointCount ?? 0;
  }

  /** Drops what a file gave to a run, because it was rewritten, cut or deleted. */
  removeFile(runId: string, file: string): void {
    this.#runs.get(runId)?.removeFile(file);
  }

  removeRun(runId: string): void {
    this.#runs.get(runId)?.release();
    this.#runs.delete(runId);
  }

  #touch(run: RunData | undefined): RunData | undefined {
    this.#touches += 1;
    if (run) run.touchedAt = this.#touches;
    return run;
  }

  #runData(runId: string): RunData {
    const found = this.#runs.get(runId);
    if (found) return found;
    const created = new RunData(this.#budget);
    this.#runs.set(runId, created);
    return created;
  }
}
