import { pickExtremes } from './downsample.ts';

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
}

/** A stored series, or one that was derived from some: that has one session. */
export type QueriedSeries = {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly sessions?: readonly number[];
};

/**
 * The points of a range of steps, in arrival order: all of them up to two a pixel, else the lowest
 * and the highest value of every pixel column and session, so that no spike is lost; NaN stays
 * visible too. A point without a step stands at its index.
 */
export function querySeries(series: QueriedSeries, query: SeriesQuery): QueriedPoints {
  const { steps, values } = series;
  const positionOf = (index: number): number => {
    const step = steps[index] ?? Number.NaN;
    return Number.isNaN(step) ? index : step;
  };
  const inside = indicesInside(steps.length, positionOf, query);
  const pixels = Math.max(1, Math.floor(query.pixels));
  const isReduced = inside.length > 2 * pixels;
  const picked = isReduced ? reduce(series, inside, positionOf, pixels) : inside;
  return {
    steps: Array.from(picked, positionOf),
    values: Array.from(picked, (index) => values[index] ?? Number.NaN),
    reduced: isReduced,
  };
}

function indicesInside(
  length: number,
  positionOf: (index: number) => number,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: SeriesQuery,
): Uint32Array {
  const result = new Uint32Array(length);
  let count = 0;
  for (let index = 0; index < length; index += 1) {
    const position = positionOf(index);
    if (position < from || position > to) continue;
    result[count] = index;
    count += 1;
  }
  return result.subarray(0, count);
}

function reduce(
  series: QueriedSeries,
  inside: Uint32Array,
  positionOf: (index: number) => number,
  pixels: number,
): number[] {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const index of inside) {
    lowest = Math.min(lowest, positionOf(index));
    highest = Math.max(highest, positionOf(index));
  }
  const scale = highest > lowest ? pixels / (highest - lowest) : 0;
  const values = Float64Array.from(inside, (index) => series.values[index] ?? Number.NaN);
  const columnOf = (at: number): number => {
    const position = positionOf(inside[at] ?? 0);
    return Math.min(pixels - 1, Math.floor((position - lowest) * scale));
  };
  return sessionRanges(series.sessions ?? [0], inside).flatMap(([start, end]) =>
    pickExtremes(values, start, end, columnOf).map((at) => inside[at] ?? 0),
  );
}

/** The parts of `inside` that belong to one session each. */
function sessionRanges(
  sessions: readonly number[],
  inside: Uint32Array,
): readonly (readonly [start: number, end: number])[] {
  const ranges: [number, number][] = [];
  let at = 0;
  for (let session = 0; session < sessions.length; session += 1) {
    const next = sessions[session + 1] ?? Number.POSITIVE_INFINITY;
    const start = at;
    while (at < inside.length && (inside[at] ?? 0) < next) at += 1;
    if (at > start) ranges.push([start, at]);
  }
  return ranges;
}
