/**
 * A row of numbers that is read one at a time: an array, a typed array, or a column of the store,
 * whose numbers lie in blocks. Of a column of the store `at` gives undefined also where the number
 * is no longer in memory; that is never a NaN.
 */
export interface NumberColumn {
  readonly length: number;
  /** A negative index counts from the end. */
  at(index: number): number | undefined;
}
