import { ChunkSummary, chunkPoints } from './chunkSummary.ts';
import type { PositionRange } from './chunkVisit.ts';
import { FileSegment } from './fileSegment.ts';
import type { RunLedger } from './memoryBudget.ts';
import { type PointField, stepField, valueField, wallTimeField } from './packedBlock.ts';
import type { PointBlocks } from './pointBlocks.ts';
import { type DroppedRange, findDropped } from './restoration.ts';
import { SeriesColumn } from './seriesColumn.ts';
import type { StagedPoints } from './stagedPoints.ts';
import type { NonFinitePoint } from './valueRange.ts';

/** A part of a series whose points lie together. */
export interface SeriesPart {
  /** Index of its first point in the series. */
  readonly start: number;
  readonly points: PointBlocks;
}

/**
 * One metric of one run: the points of all its files of one format, file after file in the order of
 * their names, each file's points in the order in which they arrived. Nothing is purged or sorted, so
 * steps may repeat and go backwards. The object lives as long as the series and always tells how it
 * is now; so do its columns, which are cheap to ask for. Where memory is scarce the detail of old
 * points is dropped: then the columns say undefined of them, and `querySeries` answers from a summary
 * of every 256 points.
 */
export interface StoredSeries {
  /** Name of the format that its files have. */
  readonly format: string;
  readonly length: number;
  /** NaN where the log has no step. */
  readonly steps: SeriesColumn;
  readonly values: SeriesColumn;
  /** Seconds since the Unix epoch, NaN where the log has none. */
  readonly wallTimes: SeriesColumn;
  /**
   * Indices of the first points of sessions, ascending, beginning with 0. A session opens where the
   * step goes backwards and at a mark of the writer (TensorBoard's START). The later session
   * supersedes points of earlier ones from its first step on; they stay, to be drawn faint.
   */
  readonly sessions: readonly number[];
  /** The step of the first point of each session, known also where the point was dropped. */
  readonly sessionSteps: readonly number[];
  /** From this index on all points are in memory; earlier ones may be. */
  readonly detailFrom: number;
  /** The first point whose value is NaN or infinite, remembered also where it was dropped. */
  firstNonFinite(): NonFinitePoint | undefined;
  /** Over all points ever, NaN passed over; NaN of none. */
  valueRange(): { readonly lowest: number; readonly highest: number };
  /** The value of a point, or the mean of the finite ones around it where its detail was dropped. */
  roughValue(index: number): number | undefined;
  /** The parts in their order, for `querySeries`. */
  parts(): readonly SeriesPart[];
}

type Sessions = Pick<StoredSeries, 'sessions' | 'sessionSteps'>;

/** Where a point comes from: the bytes of the chunk of up to 256 points that holds it. */
export interface PointProvenance {
  readonly file: string;
  readonly byteStart: number;
  readonly byteEnd: number;
}

/** How a series changed when the points of a file took the place of earlier ones. */
export interface SeriesReplacement {
  /** Index of the first point that is new; undefined where there is none. */
  readonly first: number | undefined;
  /** Whether earlier points went away or moved. */
  readonly isMoved: boolean;
}

/** The series that the store itself holds and changes. */
export class SeriesData implements StoredSeries {
  readonly format: string;
  readonly #ledger: RunLedger;
  /** Sorted by file, so that the order does not depend on which file was read first. */
  readonly #segments: FileSegment[] = [];
  #length = 0;
  #sessions: Sessions | undefined;

  constructor(format: string, ledger: RunLedger) {
    this.format = format;
    this.#ledger = ledger;
  }

  get length(): number {
    return this.#length;
  }

  get steps(): SeriesColumn {
    return new SeriesColumn(this, stepField);
  }

  get values(): SeriesColumn {
    return new SeriesColumn(this, valueField);
  }

  get wallTimes(): SeriesColumn {
    return new SeriesColumn(this, wallTimeField);
  }

  get sessions(): readonly number[] {
    return this.#allSessions().sessions;
  }

  get sessionSteps(): readonly number[] {
    return this.#allSessions().sessionSteps;
  }

  get detailFrom(): number {
    return this.parts()
      .filter(({ points }) => points.detailFrom > 0)
      .reduce((last, { start, points }) => Math.max(last, start + points.detailFrom), 0);
  }

  get files(): readonly FileSegment[] {
    return this.#segments;
  }

  at(index: number, field: PointField): number | undefined {
    if (!Number.isInteger(index)) return undefined;
    let rest = index < 0 ? this.#length + index : index;
    if (rest < 0) return undefined;
    for (const { points } of this.#segments) {
      if (rest < points.length) return points.at(rest, field);
      rest -= points.length;
    }
    return undefined;
  }

  firstNonFinite(): NonFinitePoint | undefined {
    for (const { start, points } of this.parts()) {
      const found = points.range.firstNonFinite;
      if (found) return { ...found, index: start + found.index };
    }
    return undefined;
  }

  valueRange(): { readonly lowest: number; readonly highest: number } {
    const parts = this.#segments.filter(({ points }) => !Number.isNaN(points.range.lowest));
    if (parts.length === 0) return { lowest: Number.NaN, highest: Number.NaN };
    return {
      lowest: Math.min(...parts.map(({ points }) => points.range.lowest)),
      highest: Math.max(...parts.map(({ points }) => points.range.highest)),
    };
  }

  roughValue(index: number): number | undefined {
    const exact = this.at(index, valueField);
    const place = exact === undefined ? this.#placeOf(index) : undefined;
    if (!place) return exact;
    const summary = new ChunkSummary();
    const isKnown = place.segment.points.readSummary(
      Math.floor(place.index / chunkPoints),
      summary,
    );
    return isKnown ? summary.mean : undefined;
  }

  parts(): readonly SeriesPart[] {
    let start = 0;
    return this.#segments.map(({ points }) => {
      const part = { start, points };
      start += points.length;
      return part;
    });
  }

  provenance(index: number): PointProvenance | undefined {
    const place = this.#placeOf(index);
    return place && { file: place.segment.file, ...place.segment.chunkOf(place.index) };
  }

  /** Adds points of a file behind the earlier ones of that file; returns the index of the first. */
  append(file: string, staged: StagedPoints): number {
    const segment = this.#segmentOf(file);
    const first = this.#startOf(segment) + segment.length;
    segment.append(staged);
    this.#changed();
    return first;
  }

  /** Puts the points of a file in the place of all that it gave before. */
  replace(segment: FileSegment): SeriesReplacement {
    const at = this.#segments.findIndex(({ file }) => file === segment.file);
    const before = this.#segments[at];
    if (!before) this.#insert(segment);
    else this.#segments[at] = segment;
    const common = before?.countCommon(segment) ?? 0;
    before?.release();
    this.#changed();
    const isGrown = common < segment.length;
    return {
      first: isGrown ? this.#startOf(segment) + common : undefined,
      isMoved: before !== undefined && common < before.length,
    };
  }

  /** What of it is no longer in memory, one range for each file. */
  dropped(range: PositionRange): readonly DroppedRange[] {
    return this.#segments.flatMap(
      (segment) => findDropped(segment, this.format, this.#startOf(segment), range) ?? [],
    );
  }

  /** The series is wanted no more. */
  release(): void {
    for (const segment of this.#segments) segment.release();
  }

  /** Drops the points of a file; false where it gave none. */
  remove(file: string): boolean {
    const at = this.#segments.findIndex((segment) => segment.file === file);
    if (at < 0) return false;
    for (const segment of this.#segments.splice(at, 1)) segment.release();
    this.#changed();
    return true;
  }

  #segmentOf(file: string): FileSegment {
    const found = this.#segments.find((segment) => segment.file === file);
    return found ?? this.#insert(new FileSegment(file, this.#ledger));
  }

  #insert(segment: FileSegment): FileSegment {
    const at = this.#segments.findIndex(({ file }) => file > segment.file);
    this.#segments.splice(at < 0 ? this.#segments.length : at, 0, segment);
    return segment;
  }

  #changed(): void {
    this.#sessions = undefined;
    this.#length = this.#segments.reduce((sum, { length }) => sum + length, 0);
  }

  #startOf(segment: FileSegment): number {
    let start = 0;
    for (const other of this.#segments) {
      if (other === segment) break;
      start += other.length;
    }
    return start;
  }

  #placeOf(index: number): { readonly segment: FileSegment; readonly index: number } | undefined {
    if (!Number.isInteger(index) || index < 0) return undefined;
    let rest = index;
    for (const segment of this.#segments) {
      if (rest < segment.length) return { segment, index: rest };
      rest -= segment.length;
    }
    return undefined;
  }

  #allSessions(): Sessions {
    const [only, ...more] = this.#segments;
    if (only && more.length === 0) return only;
    this.#sessions ??= joinSessions(this.#segments);
    return this.#sessions;
  }
}

function joinSessions(segments: readonly FileSegment[]): Sessions {
  const sessions: number[] = [];
  const sessionSteps: number[] = [];
  let start = 0;
  let lastStep = Number.NaN;
  for (const { sessions: own, sessionSteps: steps, isMarked, points } of segments) {
    const opens = start === 0 || isMarked || points.firstStep < lastStep;
    for (const [at, session] of own.entries()) {
      if (session === 0 && !opens) continue;
      sessions.push(start + session);
      sessionSteps.push(steps[at] ?? Number.NaN);
    }
    start += points.length;
    lastStep = points.lastStep;
  }
  return { sessions, sessionSteps };
}
