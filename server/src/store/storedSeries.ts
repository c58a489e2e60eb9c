import { FileSegment } from './fileSegment.ts';
import { PointColumns } from './pointColumns.ts';
import type { StagedPoints } from './stagedPoints.ts';

/**
 * One metric of one run: the points of all its files, file after file in the order of their names,
 * each file's points in the order in which they arrived. Nothing is purged or sorted, so steps may
 * repeat and go backwards. The object lives as long as the series; the views that its properties
 * return are cheap and valid until the next commit or removal.
 */
export interface StoredSeries {
  readonly length: number;
  /** NaN where the log has no step. */
  readonly steps: Float64Array;
  readonly values: Float64Array;
  /** Seconds since the Unix epoch, NaN where the log has none. */
  readonly wallTimes: Float64Array;
  /**
   * Indices of the first points of sessions, ascending, beginning with 0. A session opens where the
   * step goes backwards and at a mark of the writer (TensorBoard's START). The later session
   * supersedes points of earlier ones from its first step on; they stay, to be drawn faint.
   */
  readonly sessions: readonly number[];
}

/** Where a point comes from: the bytes of the chunk of up to 256 points that holds it. */
export interface PointProvenance {
  readonly file: string;
  readonly byteStart: number;
  readonly byteEnd: number;
}

/** The series that the store itself holds and changes. */
export class SeriesData implements StoredSeries {
  readonly #columns = new PointColumns();
  /** Sorted by file, so that the order does not depend on which file was read first. */
  readonly #segments: FileSegment[] = [];
  readonly #sessions: number[] = [];

  get length(): number {
    return this.#columns.length;
  }

  get steps(): Float64Array {
    return this.#columns.steps;
  }

  get values(): Float64Array {
    return this.#columns.values;
  }

  get wallTimes(): Float64Array {
    return this.#columns.wallTimes;
  }

  get sessions(): readonly number[] {
    return this.#sessions;
  }

  /** Bytes that the points take up, with room for more and their provenance. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, this.#columns.bytes);
  }

  /** Adds points of a file behind the earlier ones of that file; returns the index of the first. */
  append(file: string, points: StagedPoints): number {
    const segment = this.#segmentOf(file);
    const first = this.#startOf(segment) + segment.length;
    this.#columns.insert(first, points.length);
    for (let index = 0; index < points.length; index += 1) {
      this.#columns.set(
        first + index,
        points.step(index),
        points.wallTime(index),
        points.value(index),
      );
    }
    segment.append(points);
    this.#findSessions(first);
    return first;
  }

  /** Drops the points of a file. */
  remove(file: string): void {
    const at = this.#segments.findIndex((segment) => segment.file === file);
    const segment = this.#segments[at];
    if (!segment) return;
    const first = this.#startOf(segment);
    this.#columns.remove(first, segment.length);
    this.#segments.splice(at, 1);
    this.#findSessions(first);
  }

  provenance(index: number): PointProvenance | undefined {
    if (!Number.isInteger(index) || index < 0) return undefined;
    let rest = index;
    for (const segment of this.#segments) {
      if (rest < segment.length) return { file: segment.file, ...segment.chunkOf(rest) };
      rest -= segment.length;
    }
    return undefined;
  }

  #segmentOf(file: string): FileSegment {
    const at = this.#segments.findIndex((segment) => segment.file >= file);
    const found = this.#segments[at];
    if (found?.file === file) return found;
    const created = new FileSegment(file);
    this.#segments.splice(at < 0 ? this.#segments.length : at, 0, created);
    return created;
  }

  #startOf(segment: FileSegment): number {
    let start = 0;
    for (const other of this.#segments) {
      if (other === segment) break;
      start += other.length;
    }
    return start;
  }

  /** Finds the sessions anew from an index on; the earlier points have not changed. */
  #findSessions(from: number): void {
    while ((this.#sessions.at(-1) ?? -1) >= from) this.#sessions.pop();
    const marks = this.#marksFrom(from);
    const { steps } = this;
    for (let index = from; index < steps.length; index += 1) {
      const goesBack = (steps[index] ?? 0) < (steps[index - 1] ?? Number.NEGATIVE_INFINITY);
      if (index === 0 || goesBack || marks.has(index)) this.#sessions.push(index);
    }
  }

  #marksFrom(from: number): ReadonlySet<number> {
    const result = new Set<number>();
    let start = 0;
    for (const segment of this.#segments) {
      if (start + segment.length > from) {
        for (const mark of segment.marks) if (start + mark >= from) result.add(start + mark);
      }
      start += segment.length;
    }
    return result;
  }
}
