import type { RunEvidence, SeriesView } from './rule.ts';

/** No rule about gradients speaks before so many probes (decisions.md 3). */
export const fewestProbes = 20;

/** So many times the count are looked at for values that hold, at most. */
const farthest = 20;

/** The latest values of a metric, at most `count`, oldest first; none where it is not logged. */
export function latestValues(
  evidence: RunEvidence,
  metric: string,
  count: number,
): readonly number[] {
  return latestOf(evidence.series(metric), count);
}

/**
 * The latest values of a series, at most `count`, oldest first. What a restart superseded, at the
 * steps from its first one on, does not hold any more (decisions.md 16).
 */
export function latestOf(series: SeriesView | undefined, count: number): readonly number[] {
  const { steps, values } = series ?? emptySeries;
  const latest: number[] = [];
  const end = Math.max(0, values.length - farthest * count);
  let lowest = Number.POSITIVE_INFINITY;
  let isSuperseded = false;
  for (let index = values.length - 1; index >= end && latest.length < count; index -= 1) {
    const [step = Number.NaN, value] = [steps.at(index), values.at(index)];
    // A step that is no number neither supersedes nor is superseded.
    isSuperseded = step > lowest || (isSuperseded && step === lowest);
    if (value === undefined || isSuperseded) continue;
    if (step < lowest) lowest = step;
    latest.push(value);
  }
  return latest.reverse();
}

/** The step of the oldest of the latest `count` values, or undefined where there is none. */
export function windowStart(series: SeriesView | undefined, count: number): number | undefined {
  if (!series) return undefined;
  return series.steps.at(Math.max(0, series.steps.length - count));
}

const emptySeries: SeriesView = { steps: [], values: [] };

/** The share of values for which something holds; 0 of none. */
export function shareOf(values: readonly number[], holds: (value: number) => boolean): number {
  return values.length === 0 ? 0 : values.filter(holds).length / values.length;
}
