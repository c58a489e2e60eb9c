import type { InTurns } from '../../base/turns.ts';
import { type ChunkVisitor, visitChunks } from '../../store/chunkVisit.ts';
import type { ArmSeries } from './arms.ts';

/** The points of a run that count, by ascending steps: what a later session took the place of is out. */
interface Line {
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

/**
 * The mean of a metric over training, for each of several runs: the area below the line through its
 * points, divided by its length, over the steps that all of them have, so that runs which log at other
 * steps or for longer are still compared over the same stretch. NaN where a number of that stretch is
 * not finite, and for all where there is no such stretch; undefined for a run without the metric.
 *
 * A turn is one run. The lines are laid twice and none is kept: those of thousands of long runs would not
 * fit into memory. A run that goes on meanwhile only grows; one whose log is rewritten meanwhile, so that
 * it no longer reaches over the stretch, is NaN.
 */
export function* meansOverCurve(
  runs: readonly (ArmSeries | undefined)[],
): InTurns<readonly (number | undefined)[]> {
  const reader = new PointReader();
  const known = runs.map((series) => (series && series.values.length > 0 ? series : undefined));
  let [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const series of known) {
    if (!series) continue;
    const { steps } = lineOf(series, reader);
    from = Math.max(from, steps[0] ?? Number.NaN);
    to = Math.min(to, steps.at(-1) ?? Number.NaN);
    yield;
  }
  const means: (number | undefined)[] = [];
  for (const series of known) {
    means.push(series && (from <= to ? meanOf(lineOf(series, reader), from, to) : Number.NaN));
    yield;
  }
  return means;
}

/** The values of a run, without those that a later session took the place of. */
export function valuesThatCount(series: ArmSeries): Float64Array {
  return lineOf(series, new PointReader()).values;
}

/** From the end backwards: a later point takes the place of all before it with its step or higher. */
function lineOf(series: ArmSeries, reader = new PointReader()): Line {
  const { steps, values } = pointsOf(series, reader);
  const { length } = steps;
  let first = length;
  for (let at = length - 1; at >= 0; at -= 1) {
    const step = steps[at] ?? Number.NaN;
    if (first < length && step >= (steps[first] ?? Number.NaN)) continue;
    first -= 1;
    // What counts gathers at the end, over what was read already.
    steps[first] = step;
    values[first] = values[at] ?? Number.NaN;
  }
  return { steps: steps.subarray(first), values: values.subarray(first) };
}

/** All points in the order of the log. One without a step stands at its index. */
function pointsOf(series: ArmSeries, reader: PointReader): Line {
  const { detailFrom = 0 } = series;
  return detailFrom > 0 ? roughPointsOf(series, detailFrom) : reader.read(series);
}

const everywhere = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/**
 * Takes the points a chunk at a time, which is much faster than asking the store for each, always into the
 * same memory: a report reads tens of thousands of series.
 */
class PointReader implements ChunkVisitor {
  readonly isOver = false;
  #steps = new Float64Array(0);
  #values = new Float64Array(0);

  /** What it gives is good until it reads the next one. */
  read(series: ArmSeries): Line {
    const { length } = series.values;
    if (length > this.#steps.length) {
      this.#steps = new Float64Array(2 * length);
      this.#values = new Float64Array(2 * length);
    }
    // What the store can no longer tell is no number.
    this.#steps.fill(Number.NaN, 0, length);
    this.#values.fill(Number.NaN, 0, length);
    visitChunks(series, everywhere, this);
    return { steps: this.#steps.subarray(0, length), values: this.#values.subarray(0, length) };
  }

  takeWhole(): boolean {
    return false;
  }

  takePoint(index: number, position: number, value: number): void {
    this.#steps[index] = position;
    this.#values[index] = value;
  }

  /** Not called: a series that has dropped some is read otherwise. */
  takeDropped(): void {}
}

/** The detail of early points is no longer in memory: their steps are taken to be evenly spaced. */
function roughPointsOf(series: ArmSeries, detailFrom: number): Line {
  const { steps, values } = series;
  const { length } = values;
  const end = steps.at(detailFrom) ?? detailFrom;
  const stepAt = (at: number): number => {
    const step = steps.at(at) ?? (at * end) / detailFrom;
    return Number.isNaN(step) ? at : step;
  };
  const valueAt = (at: number): number => values.at(at) ?? series.roughValue?.(at) ?? Number.NaN;
  return {
    steps: Float64Array.from({ length }, (_, at) => stepAt(at)),
    values: Float64Array.from({ length }, (_, at) => valueAt(at)),
  };
}

function meanOf(line: Line, from: number, to: number): number {
  const { steps, values } = line;
  if (!((steps[0] ?? Number.NaN) <= from && (steps.at(-1) ?? Number.NaN) >= to)) return Number.NaN;
  if (!isFiniteWithin(line, from, to)) return Number.NaN;
  // All runs may have one step in common and no more.
  if (from === to) return values[steps.indexOf(from)] ?? Number.NaN;
  let area = 0;
  for (let at = 1; at < steps.length; at += 1) area += areaUpTo(line, at, from, to);
  return area / (to - from);
}

function isFiniteWithin({ steps, values }: Line, from: number, to: number): boolean {
  for (let at = 0; at < steps.length; at += 1) {
    const step = steps[at] ?? Number.NaN;
    if (step >= from && step <= to && !Number.isFinite(values[at])) return false;
  }
  return true;
}

/** Below the straight line from the point before to a point, as far as it lies between `from` and `to`. */
function areaUpTo({ steps, values }: Line, at: number, from: number, to: number): number {
  const [left, right] = [steps[at - 1] ?? Number.NaN, steps[at] ?? Number.NaN];
  const start = Math.max(from, left);
  const end = Math.min(to, right);
  if (end <= start) return 0;
  const first = values[at - 1] ?? Number.NaN;
  const slope = ((values[at] ?? Number.NaN) - first) / (right - left);
  return (first + slope * ((start + end) / 2 - left)) * (end - start);
}
