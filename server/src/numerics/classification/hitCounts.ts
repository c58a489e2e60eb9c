/** How the predictions of one class came out. */
export interface HitCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** The classes of a confusion matrix, each against all others. */
export function hitsOfConfusion(matrix: readonly (readonly number[])[]): readonly HitCounts[] {
  return matrix.map((row, index) => {
    const truePositives = row[index] ?? 0;
    const columnSum = matrix.reduce((sum, other) => sum + (other[index] ?? 0), 0);
    const rowSum = row.reduce((sum, count) => sum + count, 0);
    return {
      truePositives,
      falsePositives: columnSum - truePositives,
      falseNegatives: rowSum - truePositives,
    };
  });
}

/**
 * The classes of labels that do not exclude each other.
 *
 * @param truth [samples, classes] row by row, above 0.5 where the sample has the class
 * @param predicted likewise, with 0.5 as the threshold
 */
export function hitsOfLabels(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): readonly HitCounts[] {
  return Array.from({ length: classes }, (_, column) => {
    const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
    for (let index = column; index < truth.length; index += classes) {
      const outcome = outcomeOf(isOn(truth[index]), isOn(predicted[index]));
      if (outcome) counts[outcome] += 1;
    }
    return counts;
  });
}

/** The share of samples of which every label is right (scikit-learn's multi-label accuracy); NaN of none. */
export function subsetAccuracy(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number {
  const samples = truth.length / classes;
  let right = 0;
  for (let row = 0; row < samples; row += 1) {
    let isRight = true;
    for (let index = row * classes; index < (row + 1) * classes; index += 1) {
      isRight &&= isOn(truth[index]) === isOn(predicted[index]);
    }
    if (isRight) right += 1;
  }
  return right / samples;
}

/** TP / (TP + FN): the share of a class that is found. NaN for a class without samples. */
export function recall({ truePositives, falseNegatives }: HitCounts): number {
  return truePositives / (truePositives + falseNegatives);
}

/**
 * 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall. 0 for a class that is predicted
 * but absent, or present but never hit. NaN for a class that is neither present nor predicted: there
 * is nothing to judge, where scikit-learn's default says 0 and `zero_division=nan` says NaN too.
 */
export function f1Score({ truePositives, falsePositives, falseNegatives }: HitCounts): number {
  return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}

/** The mean of the classes' F1, each counting alike; classes of which there is none are left out. */
export function macroF1(classes: readonly HitCounts[]): number {
  const scores = classes.map(f1Score).filter((score) => !Number.isNaN(score));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function outcomeOf(has: boolean, says: boolean): keyof HitCounts | undefined {
  if (has) return says ? 'truePositives' : 'falseNegatives';
  return says ? 'falsePositives' : undefined;
}

function isOn(value: number | undefined): boolean {
  return value !== undefined && value > 0.5;
}
