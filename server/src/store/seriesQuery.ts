import {
  type ChunkVisitor,
  type PositionRange,
  type ReadableSeries,
  type SummarizedPoints,
  visitChunks,
} from './chunkVisit.ts';
import { ExtremesPicker } from './downsample.ts';
import { type SeriesSessions, sessionOf, supersededFrom } from './sessions.ts';

export interface SeriesQuery {
  /** First and last step that are asked for, both inclusive; all where left out. */
  readonly from?: number;
  readonly to?: number;
  /** Width of the chart in pixels. */
  readonly pixels: number;
}

export interface QueriedPoints {
  readonly steps: number[];
  readonly values: number[];
  /** False where these are all points of the range. */
  readonly reduced: boolean;
  /**
   * Whether points would look otherwise, or be more, with detail that is no longer in memory: then
   * `MetricStore.dropped` tells what to read again.
   */
  readonly dropped: boolean;
}

/** The same with what a curve has to know of it. */
export interface IndexedPoints extends QueriedPoints {
  /** Index of each point in its series. */
  readonly indices: number[];
  /** How many points lie in the range; about, where the detail of some was dropped. */
  readonly count: number;
}

/** A stored series, or one that was derived from some: that has one session. */
export type QueriedSeries = ReadableSeries & SeriesSessions;

/** A series with more points than this to a pixel, for its sessions are many, is reduced otherwise. */
const mostPerPixel = 32;
/** Then so many stretches to a pixel, in the order of arrival. */
const stretchesPerPixel = 4;

/**
 * The points of a range of steps, in arrival order: all of them up to two a pixel, else the lowest
 * and the highest value of every pixel column and session, so that no spike is lost; NaN stays
 * visible too. A point without a step stands at its index. The cost follows the pixels and the
 * chunks of 256 points, not the points.
 */
export function querySeries(series: QueriedSeries, query: SeriesQuery): QueriedPoints {
  const { steps, values, reduced, dropped } = queryIndexed(series, query);
  return { steps, values, reduced, dropped };
}

/** The same, with the index of every point. */
export function queryIndexed(series: QueriedSeries, query: SeriesQuery): IndexedPoints {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
  const range = { from, to };
  const pixels = Math.max(1, Math.floor(query.pixels));
  const survey = new Survey(range);
  visitChunks(series, range, survey);
  const { count } = survey;
  if (count <= 2 * pixels) return { ...takeAll(series, range), count };
  const columns = stepColumns(series, survey, pixels);
  const byStep = new Reduction(range, columns, mostPerPixel * pixels);
  visitChunks(series, range, byStep);
  if (!byStep.isOver) return { ...byStep.result(), count };
  // Steps that go back and forth all the time make a session of every few points.
  const byArrival = new Reduction(range, arrivalColumns(survey, pixels), Number.POSITIVE_INFINITY);
  visitChunks(series, range, byArrival);
  return { ...byArrival.result(), count };
}

type FoundPoints = Omit<IndexedPoints, 'count'>;

function takeAll(series: QueriedSeries, range: PositionRange): FoundPoints {
  const points = new AllPoints(range);
  visitChunks(series, range, points);
  const { indices, steps, values, isDropped } = points;
  return { indices, steps, values, reduced: isDropped, dropped: isDropped };
}

/** Every point of the range that is in memory, and what is known of the others. */
class AllPoints implements ChunkVisitor {
  readonly isOver = false;
  readonly indices: number[] = [];
  readonly steps: number[] = [];
  readonly values: number[] = [];
  isDropped = false;
  readonly #range: PositionRange;

  constructor(range: PositionRange) {
    this.#range = range;
  }

  takeWhole(): boolean {
    return false;
  }

  takePoint(index: number, position: number, value: number): void {
    this.indices.push(index);
    this.steps.push(position);
    this.values.push(value);
  }

  takeDropped(points: SummarizedPoints): void {
    this.isDropped = true;
    for (const { index, position, value } of points.extremes()) {
      if (isInside(position, this.#range)) this.takePoint(index, position, value);
    }
  }
}

/** How much lies in the range, to lay out its columns. */
class Survey implements ChunkVisitor {
  readonly isOver = false;
  count = 0;
  lowest = Number.POSITIVE_INFINITY;
  highest = Number.NEGATIVE_INFINITY;
  firstIndex = -1;
  lastIndex = -1;
  readonly #range: PositionRange;

  constructor(range: PositionRange) {
    this.#range = range;
  }

  takeWhole({ start, end, lowest, highest }: SummarizedPoints): boolean {
    this.#extend(start, end, lowest, highest);
    return true;
  }

  takePoint(index: number, position: number): void {
    this.#extend(index, index + 1, position, position);
  }

  /** All of them are counted, although some may lie outside: how many, is not known any more. */
  takeDropped({ start, end, lowest, highest }: SummarizedPoints): void {
    const { from, to } = this.#range;
    this.#extend(start, end, Math.max(lowest, from), Math.min(highest, to));
  }

  #extend(start: number, end: number, lowest: number, highest: number): void {
    this.count += end - start;
    if (this.firstIndex < 0) this.firstIndex = start;
    this.lastIndex = end - 1;
    if (lowest < this.lowest && Number.isFinite(lowest)) this.lowest = lowest;
    if (highest > this.highest && Number.isFinite(highest)) this.highest = highest;
  }
}

function isInside(position: number, { from, to }: PositionRange): boolean {
  return position >= from && position <= to;
}

/** How the range is cut into columns. */
interface Columns {
  /**
   * Number of the column of a point; within a session it does not decrease where steps do not. Points
   * that a later session supersedes have columns of their own.
   */
  of(index: number, position: number): number;
  /** Width of some points, in columns. */
  width(points: SummarizedPoints): number;
}

function stepColumns(series: QueriedSeries, survey: Survey, pixels: number): Columns {
  const { sessions = [0] } = series;
  const limits = supersededFrom(series);
  const { lowest, highest } = survey;
  const scale = highest > lowest ? pixels / (highest - lowest) : 0;
  let session = 0;
  const of = (index: number, position: number): number => {
    const next = sessions[session + 1] ?? Number.POSITIVE_INFINITY;
    if (index < (sessions[session] ?? 0) || index >= next) session = sessionOf(sessions, index);
    const place = scale === 0 ? 0 : Math.floor((position - lowest) * scale);
    const column = session * pixels + Math.min(pixels - 1, Math.max(0, place));
    return 2 * column + (position >= (limits[session] ?? Number.POSITIVE_INFINITY) ? 1 : 0);
  };
  return { of, width: (points) => (points.highest - points.lowest) * scale };
}

function arrivalColumns({ firstIndex, lastIndex }: Survey, pixels: number): Columns {
  const scale = (stretchesPerPixel * pixels) / (lastIndex - firstIndex + 1);
  return {
    of: (index) => Math.floor((index - firstIndex) * scale),
    width: ({ start, end }) => (end - start) * scale,
  };
}

/** Picks the extremes of columns. */
class Reduction implements ChunkVisitor {
  readonly #range: PositionRange;
  readonly #columns: Columns;
  readonly #picker: ExtremesPicker;
  #isDropped = false;

  constructor(range: PositionRange, columns: Columns, limit: number) {
    this.#range = range;
    this.#columns = columns;
    this.#picker = new ExtremesPicker(limit);
  }

  get isOver(): boolean {
    return this.#picker.isOver;
  }

  /** Of a chunk within one column, the extremes tell all. */
  takeWhole(chunk: SummarizedPoints): boolean {
    const { start, end, lowest, highest } = chunk;
    const columns = this.#columns;
    const column = columns.of(start, lowest);
    if (column !== columns.of(end - 1, highest)) return false;
    const { low, lowStep, lowValue, high, highStep, highValue, nan, nanStep } = chunk.summary;
    if (low >= 0) this.#pick(column, start + low, lowStep, lowValue);
    if (high >= 0) this.#pick(column, start + high, highStep, highValue);
    if (nan >= 0) this.#pick(column, start + nan, nanStep, Number.NaN);
    return true;
  }

  takePoint(index: number, position: number, value: number): void {
    this.#picker.add(this.#columns.of(index, position), index, position, value);
  }

  takeDropped(points: SummarizedPoints): void {
    // The extremes of a chunk across the border of two columns stand in the right ones.
    this.#isDropped ||= this.#columns.width(points) > 1;
    for (const { index, position, value } of points.extremes()) {
      if (isInside(position, this.#range)) this.takePoint(index, position, value);
    }
  }

  #pick(column: number, index: number, step: number, value: number): void {
    this.#picker.add(column, index, Number.isNaN(step) ? index : step, value);
  }

  result(): FoundPoints {
    this.#picker.finish();
    const { indices, steps, values } = this.#picker;
    return { indices, steps, values, reduced: true, dropped: this.#isDropped };
  }
}
