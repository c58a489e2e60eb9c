import { type CancellationToken, CancelledError, createCheckpoint } from '../base/cancellation.ts';
import type { Logger } from '../base/logger.ts';
import type { PointSink } from '../readers/logFormat.ts';
import type { MetricStore } from '../store/metricStore.ts';
import type { DroppedRange, PointRestorer } from '../store/restoration.ts';
import { RoundSteps } from '../store/roundSteps.ts';
import type { FileRuns } from './fileRuns.ts';
import type { LogTail } from './logTail.ts';
import type { RestoreTarget, RunInFile } from './replacement.ts';

/** Series whose points are wanted between two steps, both inclusive. */
export interface DetailRequest {
  readonly runId: string;
  /** By their names in the store. */
  readonly names: readonly string[];
  readonly from: number;
  readonly to: number;
}

/**
 * `exact`: all points of the range are in memory now. `too many`: they have no room there.
 * `unavailable`: a file does not give them any more, or nobody wants them any more.
 */
export type DetailResult = 'exact' | 'too many' | 'unavailable';

/** How a file is read. */
interface ReadFile {
  readonly tail: Pick<LogTail, 'readOnceMore'>;
  readonly runs: Pick<FileRuns, 'idOf'>;
}

export interface DetailReaderOptions {
  readonly store: MetricStore;
  readonly logger: Logger;
  /** The file at a path, while it is watched. */
  readonly fileOf: (path: string) => ReadFile | undefined;
  /** A file could not be read again, and what a person should know of that. */
  readonly failed: (path: string, problem: string) => void;
}

/**
 * Gives series back the detail that memory had no room for, by reading their files again: each once
 * for all series that are asked for together, and one after the other.
 */
export class DetailReader {
  readonly #options: DetailReaderOptions;
  /** Ends with the last reading that was asked for. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DetailReaderOptions) {
    this.#options = options;
  }

  restore(request: DetailRequest, token: CancellationToken): Promise<DetailResult> {
    const reading = this.#last.then(() => this.#restore(request, token));
    this.#last = reading;
    return reading;
  }

  /** Never rejects: a bug in one reader must not end the reading of others. */
  async #restore(request: DetailRequest, token: CancellationToken): Promise<DetailResult> {
    const { store, logger } = this.#options;
    try {
      const wanted = this.#findDropped(request);
      const points = wanted.reduce((sum, { range }) => sum + range.count, 0);
      if (!store.canRestore(points)) return 'too many';
      const checkpoint = createCheckpoint(token);
      await checkpoint();
      for (const file of new Set(wanted.map(({ range }) => range.file))) {
        const ranges = wanted.filter(({ range }) => range.file === file);
        await this.#readFile(request.runId, file, ranges, checkpoint);
      }
      return this.#findDropped(request).length === 0 ? 'exact' : 'unavailable';
    } catch (error) {
      if (error instanceof CancelledError) return 'unavailable';
      const details = error instanceof Error ? error.stack : error;
      logger.error(`Reading again for ${request.runId} failed: ${details}`);
      return 'unavailable';
    }
  }

  #findDropped({ runId, names, from, to }: DetailRequest): readonly WantedRange[] {
    return names.flatMap((name) =>
      this.#options.store.dropped(runId, name, { from, to }).map((range) => ({ name, range })),
    );
  }

  async #readFile(
    runId: string,
    path: string,
    wanted: readonly WantedRange[],
    checkpoint: () => Promise<void>,
  ): Promise<void> {
    const { store, fileOf, failed } = this.#options;
    const file = fileOf(path);
    if (!file) return;
    const restorers = wanted.flatMap(({ name, range }) => {
      const restorer = store.restorer(runId, name, range);
      return restorer ? [[name, restorer] as const] : [];
    });
    const target = new RestorerTarget(new Map(restorers), (format, part) => {
      return file.runs.idOf(format, part) === runId;
    });
    const problem = await file.tail.readOnceMore(target, checkpoint);
    if (problem !== undefined) failed(path, `Older points cannot be read again. ${problem}`);
  }
}

interface WantedRange {
  readonly name: string;
  readonly range: DroppedRange;
}

/** Deals the points of a file out to the restorers of their series. */
class RestorerTarget implements RestoreTarget {
  readonly #restorers: ReadonlyMap<string, PointRestorer>;
  readonly #isWanted: (format: string, part: RunInFile | undefined) => boolean;

  constructor(
    restorers: ReadonlyMap<string, PointRestorer>,
    isWanted: (format: string, part: RunInFile | undefined) => boolean,
  ) {
    this.#restorers = restorers;
    this.#isWanted = isWanted;
  }

  get isOver(): boolean {
    return [...this.#restorers.values()].every(({ state }) => state !== 'reading');
  }

  sinkOf(format: { readonly name: string }, part?: RunInFile): PointSink {
    const isWanted = this.#isWanted(format.name, part);
    const rounds = new RoundSteps();
    return {
      unit: () => rounds.leave(),
      inRound: (round) => rounds.enter(round),
      point: (name, step, wallTime, value) => {
        const through = rounds.through(step);
        if (isWanted) this.#restorers.get(name)?.point(name, through, wallTime, value);
      },
      skipped: () => undefined,
      sessionStart: () => undefined,
    };
  }
}
