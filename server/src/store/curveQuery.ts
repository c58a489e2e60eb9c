import { type QueriedSeries, queryIndexed, type SeriesQuery } from './seriesQuery.ts';
import { sessionOf, supersededFrom } from './sessions.ts';

/** Points of one line. */
export interface CurveLine {
  readonly steps: number[];
  readonly values: number[];
}

/** A series as it is drawn: a line whose steps ascend, and what later sessions superseded. */
export interface QueriedCurve extends CurveLine {
  /**
   * What older sessions had beyond the point where a later one began, each from the last point
   * before it, where that is known; their steps ascend too.
   */
  readonly superseded: CurveLine[];
  readonly reduced: boolean;
  /** As of `querySeries`. */
  readonly dropped: boolean;
  /** How many points lie in the range. */
  readonly count: number;
}

/** The points of a range of steps as `querySeries` picks them, apart by what holds and what does not. */
export function queryCurve(series: QueriedSeries, query: SeriesQuery): QueriedCurve {
  const { indices, steps, values, reduced, dropped, count } = queryIndexed(series, query);
  const split = new CurveSplit(series);
  for (const [at, index] of indices.entries()) {
    split.add(index, steps[at] ?? Number.NaN, values[at] ?? Number.NaN);
  }
  return { ...split.line, superseded: split.superseded, reduced, dropped, count };
}

class CurveSplit {
  readonly line: CurveLine = { steps: [], values: [] };
  readonly superseded: CurveLine[] = [];
  readonly #sessions: readonly number[];
  readonly #limits: Float64Array;
  /** The session whose superseded points come in now. */
  #open = -1;

  constructor(series: QueriedSeries) {
    this.#sessions = series.sessions ?? [0];
    this.#limits = supersededFrom(series);
  }

  add(index: number, step: number, value: number): void {
    const session = sessionOf(this.#sessions, index);
    const isSuperseded = step >= (this.#limits[session] ?? Number.POSITIVE_INFINITY);
    if (!isSuperseded) {
      addToLine(this.line, this.superseded, step, value);
      return;
    }
    if (session !== this.#open) this.superseded.push(lastOf(this.line));
    this.#open = session;
    const part = this.superseded.at(-1);
    part?.steps.push(step);
    part?.values.push(value);
  }
}

/**
 * Adds a point behind a line whose steps ascend. Where its step goes back, as in a derived series,
 * what stands from there on was superseded: that becomes a line of its own.
 */
function addToLine(line: CurveLine, superseded: CurveLine[], step: number, value: number): void {
  if ((line.steps.at(-1) ?? step) > step) {
    let end = line.steps.length;
    while (end > 0 && (line.steps[end - 1] ?? step) >= step) end -= 1;
    const from = Math.max(0, end - 1);
    superseded.push({ steps: line.steps.slice(from), values: line.values.slice(from) });
    line.steps.length = line.values.length = end;
  }
  line.steps.push(step);
  line.values.push(value);
}

/** The point that the superseded ones of its session follow. */
function lastOf({ steps, values }: CurveLine): CurveLine {
  return { steps: steps.slice(-1), values: values.slice(-1) };
}
