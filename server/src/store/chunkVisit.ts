import type { NumberColumn } from '../model/numberColumn.ts';
import { ChunkSummary, chunkPoints } from './chunkSummary.ts';
import { type PointField, stepField, valueField } from './packedBlock.ts';

/** A row of points with summaries of its chunks. */
interface ReadablePoints {
  readonly length: number;
  readonly chunkCount: number;
  readSummary(chunk: number, into: ChunkSummary): boolean;
  /** Index of the first point of the chunk that is in memory, or that of its end. */
  keptFrom(chunk: number): number;
  /** Reads one number of each point from an index on until `into` is full. */
  read(index: number, field: PointField, into: Float64Array): void;
}

interface ReadablePart {
  readonly start: number;
  readonly points: ReadablePoints;
}

/** A series of the store, or plain arrays. */
export interface ReadableSeries {
  readonly steps: NumberColumn;
  readonly values: NumberColumn;
  parts?(): readonly ReadablePart[];
}

/** A point at its index, with its step or, where it has none, its index as its position. */
export interface PlacedPoint {
  readonly index: number;
  readonly position: number;
  readonly value: number;
}

/** Neighbouring points of which only a summary is looked at. */
export interface SummarizedPoints {
  readonly start: number;
  readonly end: number;
  /** Positions between which they lie. */
  readonly lowest: number;
  readonly highest: number;
  readonly summary: ChunkSummary;
  /** Of those the lowest and the highest in value and the first NaN, in arrival order. */
  extremes(): readonly PlacedPoint[];
}

export interface ChunkVisitor {
  /** True ends the visit. */
  readonly isOver: boolean;
  /** Offers a chunk that lies in the range; its points are visited one by one if this is false. */
  takeWhole(chunk: SummarizedPoints): boolean;
  takePoint(index: number, position: number, value: number): void;
  /** Points that are no longer in memory; their extremes may lie outside of the range. */
  takeDropped(points: SummarizedPoints): void;
}

/** A range of positions, both ends inclusive. */
export interface PositionRange {
  readonly from: number;
  readonly to: number;
}

/** Visits the points of a series in a range of positions, in arrival order, chunk by chunk. */
export function visitChunks(
  series: ReadableSeries,
  range: PositionRange,
  visitor: ChunkVisitor,
): void {
  for (const part of series.parts?.() ?? [plainPart(series)]) {
    const visit = new PartVisit(part, range, visitor);
    for (let chunk = 0; chunk < part.points.chunkCount && !visitor.isOver; chunk += 1) {
      visit.visit(chunk);
    }
  }
}

class PartVisit {
  readonly #start: number;
  readonly #points: ReadablePoints;
  readonly #range: PositionRange;
  readonly #visitor: ChunkVisitor;
  /** One object for all chunks, as a long series has very many. */
  readonly #known = new Summarized();
  readonly #summary = this.#known.summary;
  readonly #steps = new Float64Array(chunkPoints);
  readonly #values = new Float64Array(chunkPoints);

  constructor({ start, points }: ReadablePart, range: PositionRange, visitor: ChunkVisitor) {
    this.#start = start;
    this.#points = points;
    this.#range = range;
    this.#visitor = visitor;
  }

  visit(chunk: number): void {
    const points = this.#points;
    const from = chunk * chunkPoints;
    const end = Math.min(points.length, from + chunkPoints);
    if (!points.readSummary(chunk, this.#summary)) {
      this.#visitPoints(from, end);
      return;
    }
    const known = this.#known;
    known.set(this.#start + from, this.#start + from + this.#summary.count);
    const isWhole = this.#summary.count === end - from;
    const isOutside = known.highest < this.#range.from || known.lowest > this.#range.to;
    if (isOutside && isWhole) return;
    // Where only some have a step, what is known of their positions is nothing: infinite.
    const isKnown = Number.isFinite(known.lowest) && Number.isFinite(known.highest);
    const isInside = isKnown && known.lowest >= this.#range.from && known.highest <= this.#range.to;
    if (isInside && isWhole && this.#visitor.takeWhole(known)) return;
    const kept = points.keptFrom(chunk);
    if (kept > from && !isOutside) {
      known.set(known.start, this.#start + kept);
      this.#visitor.takeDropped(known);
    }
    this.#visitPoints(kept, end);
  }

  #visitPoints(from: number, end: number): void {
    const { from: lowest, to: highest } = this.#range;
    const steps = this.#steps.subarray(0, end - from);
    const values = this.#values.subarray(0, end - from);
    this.#points.read(from, stepField, steps);
    this.#points.read(from, valueField, values);
    for (let at = 0; at < steps.length; at += 1) {
      const index = this.#start + from + at;
      const step = steps[at] ?? Number.NaN;
      const position = Number.isNaN(step) ? index : step;
      if (position < lowest || position > highest) continue;
      this.#visitor.takePoint(index, position, values[at] ?? Number.NaN);
    }
  }
}

class Summarized implements SummarizedPoints {
  readonly summary = new ChunkSummary();
  start = 0;
  end = 0;
  lowest = 0;
  highest = 0;

  set(start: number, end: number): void {
    this.start = start;
    this.end = end;
    this.lowest = this.summary.lowestPosition(start);
    this.highest = this.summary.highestPosition(start);
  }

  extremes(): readonly PlacedPoint[] {
    const { low, lowStep, lowValue, high, highStep, highValue, nan, nanStep } = this.summary;
    const found = [this.#place(low, lowStep, lowValue)];
    if (high !== low) found.push(this.#place(high, highStep, highValue));
    found.push(this.#place(nan, nanStep, Number.NaN));
    return found
      .filter(({ index }) => index >= this.start && index < this.end)
      .sort((first, second) => first.index - second.index);
  }

  #place(place: number, step: number, value: number): PlacedPoint {
    const index = this.start + place;
    return { index, position: Number.isNaN(step) ? index : step, value };
  }
}

/** Plain arrays have no summaries: all of their points are visited. */
function plainPart({ steps, values }: ReadableSeries): ReadablePart {
  const points: ReadablePoints = {
    length: steps.length,
    chunkCount: Math.ceil(steps.length / chunkPoints),
    readSummary: () => false,
    keptFrom: (chunk) => chunk * chunkPoints,
    read: (index, field, into) => {
      const column = field === stepField ? steps : values;
      for (let at = 0; at < into.length; at += 1) into[at] = column.at(index + at) ?? Number.NaN;
    },
  };
  return { start: 0, points };
}
