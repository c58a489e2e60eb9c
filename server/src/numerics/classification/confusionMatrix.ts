/**
 * Counts by true class (row) and predicted class (column), as scikit-learn's `confusion_matrix` has
 * them. Classes are numbered from 0; a number that is no class is left out.
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): readonly (readonly number[])[] {
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (let index = 0; index < truth.length; index += 1) {
    const row = counts[truth[index] ?? -1];
    const column = predicted[index] ?? -1;
    const before = row?.[column];
    if (row && before !== undefined) row[column] = before + 1;
  }
  return counts;
}

/** Each row divided by its sum: what the samples of a class were taken for. NaN for a class without samples. */
export function rowShares(matrix: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return matrix.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total === 0 ? Number.NaN : count / total));
  });
}

/** The share of samples on the diagonal; NaN of none. */
export function accuracy(matrix: readonly (readonly number[])[]): number {
  const right = matrix.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const all = matrix.flat().reduce((sum, count) => sum + count, 0);
  return right / all;
}
