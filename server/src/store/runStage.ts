import { maximumSkippedExamples, type RunData, type SkippedPart } from './runData.ts';
import { StagedPoints } from './stagedPoints.ts';

/** What a commit made public. */
export interface StageCommit {
  /** Metrics with new points, each with the index of the first new one in its series. */
  readonly changed: ReadonlyMap<string, number>;
  readonly points: number;
  /** Number of parts that could not be read. */
  readonly skipped: number;
}

/**
 * Takes the points of one file in private until `commit` publishes them at once. Its first four
 * methods are those of the readers' `PointSink`, which this layer may not import.
 */
export interface RunStage {
  unit(byteStart: number, byteEnd: number): void;
  point(name: string, step: number, wallTime: number, value: number): void;
  skipped(byteStart: number, byteEnd: number, reason: string): void;
  sessionStart(step: number): void;
  commit(): StageCommit;
}

export class PrivateStage implements RunStage {
  readonly #file: string;
  readonly #target: () => RunData;
  readonly #examples: SkippedPart[] = [];
  /** The session, counted by the writer's marks, of the latest point of each metric. */
  readonly #sessionOf = new Map<string, number>();
  #points = new Map<string, StagedPoints>();
  #skipped = 0;
  #session = 0;
  #byteStart = Number.NaN;
  #byteEnd = Number.NaN;

  constructor(file: string, target: () => RunData) {
    this.#file = file;
    this.#target = target;
  }

  unit(byteStart: number, byteEnd: number): void {
    this.#byteStart = byteStart;
    this.#byteEnd = byteEnd;
  }

  point(name: string, step: number, wallTime: number, value: number): void {
    const found = this.#points.get(name);
    const points = found ?? new StagedPoints();
    if (!found) this.#points.set(name, points);
    if ((this.#sessionOf.get(name) ?? 0) !== this.#session) points.marks.push(points.length);
    this.#sessionOf.set(name, this.#session);
    points.add(step, wallTime, value, this.#byteStart, this.#byteEnd);
  }

  skipped(byteStart: number, byteEnd: number, reason: string): void {
    this.#skipped += 1;
    if (this.#examples.length >= maximumSkippedExamples) return;
    this.#examples.push({ file: this.#file, byteStart, byteEnd, reason });
  }

  sessionStart(): void {
    this.#session += 1;
  }

  commit(): StageCommit {
    const run = this.#target();
    const changed = new Map<string, number>();
    let points = 0;
    for (const [name, staged] of this.#points) {
      changed.set(name, run.append(name, this.#file, staged));
      points += staged.length;
    }
    const skipped = this.#skipped;
    run.addSkipped(this.#file, skipped, this.#examples);
    this.#points = new Map();
    this.#examples.length = 0;
    this.#skipped = 0;
    return { changed, points, skipped };
  }
}
