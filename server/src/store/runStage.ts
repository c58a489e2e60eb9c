import type { FileSegment } from './fileSegment.ts';
import { RoundSteps } from './roundSteps.ts';
import {
  maximumSkippedExamples,
  type PointSource,
  type RunData,
  type SkippedPart,
} from './runData.ts';
import { type SlabPool, StagedPoints } from './stagedPoints.ts';

/** What was made public. */
export interface StageCommit {
  /** Metrics with new points, each with the index of the first new one in its series. */
  readonly changed: ReadonlyMap<string, number>;
  readonly points: number;
  /** Number of parts that could not be read. */
  readonly skipped: number;
  /**
   * Whether earlier points of a series went away or moved, or those of a better format answer for it
   * from now on: everything known of the run must be looked at anew.
   */
  readonly reset: boolean;
}

/**
 * Takes the points of one file in private until they are published at once. Its first five methods
 * are those of the readers' `PointSink`, which this layer may not import.
 */
export interface RunStage {
  unit(byteStart: number, byteEnd: number): void;
  inRound(round: number): void;
  point(name: string, step: number, wallTime: number, value: number): void;
  skipped(byteStart: number, byteEnd: number, reason: string): void;
  sessionStart(step: number): void;
  /** Publishes what is new behind all that the file gave before. */
  commit(): StageCommit;
  /**
   * Does most of the work of `replace` ahead of it, and calls `checkpoint` in between. Nothing may
   * follow but `replace` and `discard`.
   */
  prepare(checkpoint: () => Promise<void>): Promise<void>;
  /**
   * Publishes what is new in the place of all that the file gave before. Where the earlier points of
   * a series are the first of the new ones nothing moves, and `changed` names the first that is new.
   */
  replace(): StageCommit;
  /** Forgets what is new, as of a file that turned out not to be whole. */
  discard(): void;
}

/** What a stage needs of the store. */
export interface StageTarget {
  /** Shared by all stages. */
  readonly slabs: SlabPool;
  run(): RunData;
  /** Called after every change of the run. */
  published(): void;
}

export class PrivateStage implements RunStage {
  readonly #source: PointSource;
  readonly #target: StageTarget;
  readonly #examples: SkippedPart[] = [];
  /** The session, counted by the writer's marks, of the latest point of each metric past the first. */
  readonly #sessionOf = new Map<string, number>();
  #points = new Map<string, StagedPoints>();
  /** The series that got the latest point. */
  #latest: StagedPoints | undefined;
  /** Points that are ready to be published by `replace`. */
  #packed = new Map<string, FileSegment>();
  #rounds = new RoundSteps();
  #skipped = 0;
  #session = 0;
  #byteStart = Number.NaN;
  #byteEnd = Number.NaN;

  constructor(source: PointSource, target: StageTarget) {
    this.#source = source;
    this.#target = target;
  }

  unit(byteStart: number, byteEnd: number): void {
    this.#byteStart = byteStart;
    this.#byteEnd = byteEnd;
    this.#rounds.leave();
  }

  inRound(round: number): void {
    this.#rounds.enter(round);
  }

  point(name: string, step: number, wallTime: number, value: number): void {
    const points = this.#find(name);
    if (this.#session > 0) this.#markSession(name, points);
    points.add(this.#rounds.through(step), wallTime, value, this.#byteStart, this.#byteEnd);
  }

  skipped(byteStart: number, byteEnd: number, reason: string): void {
    this.#skipped += 1;
    if (this.#examples.length >= maximumSkippedExamples) return;
    this.#examples.push({ file: this.#source.file, byteStart, byteEnd, reason });
  }

  sessionStart(): void {
    this.#session += 1;
  }

  commit(): StageCommit {
    const run = this.#target.run();
    this.#latest = undefined;
    return this.#publish(run, this.#points, false, (name, points) => {
      const change = run.append(name, this.#source, points);
      points.release();
      return change;
    });
  }

  async prepare(checkpoint: () => Promise<void>): Promise<void> {
    for (const [name, points] of this.#points) {
      this.#pack(name, points);
      await checkpoint();
    }
  }

  replace(): StageCommit {
    const run = this.#target.run();
    const { file, format } = this.#source;
    for (const [name, points] of this.#points) this.#pack(name, points);
    const isReset = run.removeFile(file, this.#packed);
    const result = this.#publish(run, this.#packed, isReset, (name, points) =>
      run.replace(name, format, points),
    );
    this.#beginAnew();
    return result;
  }

  discard(): void {
    for (const points of this.#packed.values()) points.release();
    this.#packed = new Map();
    for (const points of this.#points.values()) points.release();
    this.#points = new Map();
    this.#latest = undefined;
    this.#examples.length = 0;
    this.#skipped = 0;
    this.#beginAnew();
  }

  #beginAnew(): void {
    this.#session = 0;
    this.#sessionOf.clear();
    this.#rounds = new RoundSteps();
  }

  #pack(name: string, points: StagedPoints): void {
    this.#packed.set(name, this.#target.run().pack(this.#source.file, points));
    // Given back one by one, so that the points are not in memory twice.
    this.#points.delete(name);
    points.release();
    this.#latest = undefined;
  }

  /** Metrics mostly come in the same order again, so that most are found without a look at a table. */
  #find(name: string): StagedPoints {
    const expected = this.#latest?.next;
    if (expected?.name === name) {
      this.#latest = expected;
      return expected;
    }
    const points = this.#points.get(name) ?? this.#open(name);
    if (this.#latest) this.#latest.next = points;
    this.#latest = points;
    return points;
  }

  #open(name: string): StagedPoints {
    const points = new StagedPoints(name, this.#target.slabs);
    this.#points.set(name, points);
    return points;
  }

  #markSession(name: string, points: StagedPoints): void {
    if ((this.#sessionOf.get(name) ?? 0) === this.#session) return;
    points.marks.push(points.length);
    this.#sessionOf.set(name, this.#session);
  }

  #publish<Points extends { readonly length: number }>(
    run: RunData,
    all: Map<string, Points>,
    isReset: boolean,
    take: (name: string, points: Points) => ReturnType<RunData['append']>,
  ): StageCommit {
    const changed = new Map<string, number>();
    let points = 0;
    let reset = isReset;
    for (const [name, staged] of all) {
      points += staged.length;
      const change = take(name, staged);
      if (change.first !== undefined) changed.set(name, change.first);
      reset ||= change.isReset;
      // Given back one by one, so that the points are not in memory twice.
      all.delete(name);
    }
    const skipped = this.#skipped;
    run.addSkipped(this.#source.file, skipped, this.#examples);
    this.#examples.length = 0;
    this.#skipped = 0;
    this.#target.published();
    return { changed, points, skipped, reset };
  }
}
