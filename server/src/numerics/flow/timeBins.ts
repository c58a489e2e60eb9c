/**
 * The bin of a flow time t of [0, 1] among equal bins, [low, high), the last one closed. Where seed 004
 * bucketises, its bins are (low, high]: t = 0 gets −1 and is dropped; with `right=True` it would be t = 1.
 * A time outside [0, 1] gets the nearest bin.
 */
export function timeBin(t: number, bins: number): number {
  return Math.max(0, Math.min(bins - 1, boundsPassed(t, bins, (bound) => bound <= t) - 1));
}

/** Seed 004 as written: `torch.bucketize(t, linspace(0, 1, bins + 1)) - 1`. */
export function timeBinSeed(t: number, bins: number): number {
  return boundsPassed(t, bins, (bound) => bound < t) - 1;
}

/** The same with `right=True`: t = 1 gets a bin that does not exist. */
export function timeBinRight(t: number, bins: number): number {
  return boundsPassed(t, bins, (bound) => bound <= t) - 1;
}

function boundsPassed(t: number, bins: number, passed: (bound: number) => boolean): number {
  if (Number.isNaN(t)) return Number.NaN;
  let count = 0;
  while (count <= bins && passed(count / bins)) count += 1;
  return count;
}
