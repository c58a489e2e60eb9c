import type { PointSink } from './logFormat.ts';

/** Points that are handed on at once, in a few milliseconds. */
const emittedAtOnce = 5000;

/** Points of one series in the order in which they were found, and how far they were handed on. */
interface GatheredSeries {
  readonly run: string;
  readonly metric: string;
  /** Rows of place, step, wall time and value. */
  points: number[];
  /** The order in which they are handed on, where that is another one. */
  order: readonly number[] | undefined;
  emitted: number;
  lastStep: number;
  lastTime: number;
}

const width = 4;

/** Gathers the rows of a table whose order means nothing and hands them on by step and time. */
export class SortedRows {
  readonly #runs = new Map<string, Map<string, GatheredSeries>>();
  readonly #fresh: GatheredSeries[] = [];

  /** Whether the run has given rows. */
  has(run: string): boolean {
    return this.#runs.has(run);
  }

  add(
    run: string,
    metric: string,
    place: number,
    step: number,
    wallTime: number,
    value: number,
  ): void {
    const series = this.#seriesOf(run, metric);
    if (series.points.length === 0) this.#fresh.push(series);
    series.points.push(place, step, wallTime, value);
  }

  /**
   * Hands on some thousand points: `more` where there are others, `rewritten` where some belong
   * before what was handed on earlier.
   */
  emit(sinkOf: (run: string) => PointSink): 'done' | 'more' | 'rewritten' {
    let room = emittedAtOnce;
    for (let series = this.#fresh.at(-1); series && room > 0; series = this.#fresh.at(-1)) {
      if (series.emitted === 0 && !putInOrder(series)) return 'rewritten';
      room -= emitSome(series, sinkOf(series.run), room);
      if (series.emitted * width < series.points.length) break;
      series.points = [];
      series.order = undefined;
      series.emitted = 0;
      this.#fresh.pop();
    }
    return this.#fresh.length > 0 ? 'more' : 'done';
  }

  #seriesOf(run: string, metric: string): GatheredSeries {
    const metrics = this.#runs.get(run) ?? new Map<string, GatheredSeries>();
    this.#runs.set(run, metrics);
    const found = metrics.get(metric);
    if (found) return found;
    const created: GatheredSeries = {
      run,
      metric,
      points: [],
      order: undefined,
      emitted: 0,
      lastStep: Number.NEGATIVE_INFINITY,
      lastTime: Number.NEGATIVE_INFINITY,
    };
    metrics.set(metric, created);
    return created;
  }
}

/** Finds the order of what was gathered; false where some of it belongs before what was handed on. */
function putInOrder(series: GatheredSeries): boolean {
  series.order = orderOf(series.points);
  const first = series.order?.[0] ?? 0;
  const step = series.points[first + 1] ?? Number.NaN;
  const time = series.points[first + 2] ?? Number.NaN;
  return compare(series.lastStep, series.lastTime, step, time) <= 0;
}

/** The order of the rows by step and time, those of the same as they came; undefined for just that. */
function orderOf(points: readonly number[]): readonly number[] | undefined {
  const at = (index: number): number => points[index] ?? Number.NaN;
  const compareAt = (first: number, second: number): number =>
    compare(at(first + 1), at(first + 2), at(second + 1), at(second + 2));
  let isOrdered = true;
  for (let start = width; start < points.length && isOrdered; start += width) {
    isOrdered = compareAt(start - width, start) <= 0;
  }
  if (isOrdered) return undefined;
  const starts = Array.from({ length: points.length / width }, (_, index) => index * width);
  return starts.sort(compareAt);
}

/** What is no number compares as equal, so that it stays where it is. */
function compare(
  firstStep: number,
  firstTime: number,
  secondStep: number,
  secondTime: number,
): number {
  if (firstStep !== secondStep) return firstStep < secondStep ? -1 : firstStep > secondStep ? 1 : 0;
  return firstTime < secondTime ? -1 : firstTime > secondTime ? 1 : 0;
}

function emitSome(series: GatheredSeries, sink: PointSink, most: number): number {
  const { points, order } = series;
  const end = Math.min(points.length / width, series.emitted + most);
  const count = end - series.emitted;
  for (let index = series.emitted; index < end; index += 1) {
    const start = order?.[index] ?? index * width;
    const [place = Number.NaN, step = Number.NaN] = [points[start], points[start + 1]];
    series.lastStep = step;
    series.lastTime = points[start + 2] ?? Number.NaN;
    sink.unit(place, place + 1);
    sink.point(series.metric, step, series.lastTime, points[start + 3] ?? Number.NaN);
  }
  series.emitted = end;
  return count;
}
