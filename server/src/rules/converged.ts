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
  const best = rangeFrom(losses, Number.NEGATIVE_INFINITY).lowest;
  const worst = rangeFrom(losses, start).highest;
  return Number.isFinite(worst) && worst <= best + convergedWithin * Math.abs(best);
}

/** The lowest and the highest value from a step on; NaN is passed over. */
function rangeFrom(
  { steps, values }: SeriesView,
  start: number,
): { readonly lowest: number; readonly highest: number } {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    if ((steps[index] ?? 0) < start || Number.isNaN(value)) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return { lowest, highest };
}
