import type { RunEvidence, SeriesView } from './rule.ts';

/** No rule about gradients speaks before so many probes (decisions.md 3). */
export const fewestProbes = 20;

/** The latest values of a metric, at most `count`, oldest first; none where it is not logged. */
export function latestValues(
  evidence: RunEvidence,
  metric: string,
  count: number,
): readonly number[] {
  const { values } = evidence.series(metric) ?? emptySeries;
  const latest: number[] = [];
  for (let index = Math.max(0, values.length - count); index < values.length; index += 1) {
    const value = values.at(index);
    if (value !== undefined) latest.push(value);
  }
  return latest;
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
