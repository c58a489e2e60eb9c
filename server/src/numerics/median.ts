/** The middle value, or the mean of the two middle ones; NaN for no values or where one is NaN. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const { length } = sorted;
  // A typed array sorts NaN to the end.
  if (length === 0 || Number.isNaN(sorted[length - 1])) return Number.NaN;
  const upper = sorted[length >> 1] ?? Number.NaN;
  const lower = sorted[(length - 1) >> 1] ?? Number.NaN;
  return upper === lower ? upper : (lower + upper) / 2;
}
