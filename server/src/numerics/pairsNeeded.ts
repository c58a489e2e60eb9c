import { mean, standardDeviation } from './moments.ts';
import { pairedPower } from './studentT.ts';

/** The chance of deciding that counts as enough, as is usual (Cohen 1988). */
const enoughPower = 0.8;

/** More pairs than this are not counted. */
export const mostPairsMore = 50;

/**
 * So many more pairs would let the paired t test at this level decide with a power of 80 %, were the
 * true mean difference and its spread those seen: the smallest n with pairedPower(d̄/s, n, level) ≥ 0.8,
 * less those that there are. `many` for more than 50; undefined where the test needs none more, or where
 * nothing can be said: fewer than two differences, no difference at all, or one that is not finite.
 */
export function pairsNeeded(
  differences: readonly number[],
  level: number,
): number | 'many' | undefined {
  const count = differences.length;
  if (count < 2 || !differences.every(Number.isFinite)) return undefined;
  const effect = mean(differences) / standardDeviation(differences);
  if (effect === 0 || !Number.isFinite(effect)) return undefined;
  const isEnough = (more: number): boolean =>
    pairedPower(effect, count + more, level) >= enoughPower;
  if (isEnough(0)) return undefined;
  if (!isEnough(mostPairsMore)) return 'many';
  let [few, enough] = [0, mostPairsMore];
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}
