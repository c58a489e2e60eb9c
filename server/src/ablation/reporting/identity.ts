import type { ArmPair, ArmSeries } from './arms.ts';
import { isAdministrative, isTotal } from './metricKind.ts';

/**
 * How two runs that should differ are alike. `identical`: to the last bit in everything. `total
 * only`: the total differs and nothing else does. `different`: as it should be. `unknown`: there
 * is nothing to compare.
 */
export type Likeness = 'identical' | 'total only' | 'different' | 'unknown';

/**
 * Compares all results of two runs bit by bit, as far as they are in memory. Times, weights and
 * gradients of sums are left out.
 */
export function compareArms({ baseline, variant }: ArmPair): Likeness {
  const shared = [...baseline.series.keys()].filter(
    (metric) => variant.series.has(metric) && !isAdministrative(metric),
  );
  const same = (metric: string): boolean =>
    sameValues(baseline.series.get(metric), variant.series.get(metric));
  const results = shared.filter((metric) => !isTotal(metric));
  if (shared.length === 0) return 'unknown';
  if (shared.every(same)) return 'identical';
  return results.length > 0 && results.every(same) ? 'total only' : 'different';
}

function sameValues(a: ArmSeries | undefined, b: ArmSeries | undefined): boolean {
  if (!a || !b || a.values.length !== b.values.length) return false;
  for (let at = 0; at < a.values.length; at += 1) {
    const [first, second] = [a.values.at(at), b.values.at(at)];
    const isKnown = first !== undefined && second !== undefined;
    if (isKnown && !Object.is(first, second)) return false;
  }
  return true;
}
