import { metricName } from '../model/metricName.ts';
import type { RunEvidence, SeriesView } from './rule.ts';
import { windowStart } from './window.ts';

/** A loss that stays this near to its best has done its work: science.md §2.4, R1. */
const convergedWithin = 0.01;

/**
 * True where a loss has been within 1 % of its best value over the whole window of probes: that
 * it hardly moves the parameters is right then.
 */
export function hasConverged(evidence: RunEvidence, term: string, window: number): boolean {
  const losses = evidence.series(metricName.loss(term));
  const start = windowStart(evidence.series(metricName.gradientShare(term)), window);
  if (!losses || start === undefined) return false;
  const { lowest: best } = rangeOf(losses);
  const worst = highestSince(losses, start);
  return Number.isFinite(worst) && worst <= best + convergedWithin * Math.abs(best);
}

/** The lowest and the highest of all values; NaN is passed over. */
function rangeOf(series: SeriesView): { readonly lowest: number; readonly highest: number } {
  if (series.valueRange) return series.valueRange();
  let lowest = Number.NaN;
  let highest = Number.NaN;
  for (let index = 0; index < series.values.length; index += 1) {
    const value = series.values.at(index) ?? Number.NaN;
    if (!(value >= lowest) && !Number.isNaN(value)) lowest = value;
    if (!(value <= highest) && !Number.isNaN(value)) highest = value;
  }
  return { lowest, highest };
}

/**
 * The highest value since the step; NaN is passed over. Looks back from the end no further than the
 * window reaches: an earlier session, whose steps were higher, was superseded.
 */
function highestSince(series: SeriesView, start: number): number {
  // Without steps no point can be said to lie before the window.
  if (Number.isNaN(start)) return rangeOf(series).highest;
  let highest = Number.NaN;
  for (let index = series.values.length - 1; index >= 0; index -= 1) {
    const step = series.steps.at(index);
    if (step === undefined || step < start) break;
    const value = series.values.at(index) ?? Number.NaN;
    if (!(value <= highest) && !Number.isNaN(value)) highest = value;
  }
  return highest;
}
