import { describe, expect, it } from 'vitest';

import {
  accuracy,
  confusionMatrix,
  rowShares,
} from '../../../server/src/numerics/classification/confusionMatrix.ts';
import {
  f1Score,
  hitsOfConfusion,
  hitsOfLabels,
  macroF1,
  recall,
  subsetAccuracy,
} from '../../../server/src/numerics/classification/hitCounts.ts';

// The example of scikit-learn's documentation of `confusion_matrix`, and its scores by hand.
const truth = [2, 0, 2, 2, 0, 1];
const predicted = [0, 0, 2, 2, 0, 2];

describe('a confusion matrix', () => {
  it('counts true classes in rows and predicted ones in columns', () => {
    expect(confusionMatrix(truth, predicted, 3)).toEqual([
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ]);
  });

  it('leaves out what is no class', () => {
    expect(confusionMatrix([0, 3, -1, 1], [0, 0, 1, 2], 2)).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });

  it('has rows that sum to 1, but for classes without samples', () => {
    const matrix = confusionMatrix([0, 0, 0, 2], [0, 2, 2, 2], 3);
    expect(rowShares(matrix)).toEqual([
      [1 / 3, 0, 2 / 3],
      [Number.NaN, Number.NaN, Number.NaN],
      [0, 0, 1],
    ]);
  });

  it('has its accuracy on the diagonal', () => {
    expect(accuracy(confusionMatrix(truth, predicted, 3))).toBe(4 / 6);
    expect(accuracy(confusionMatrix([], [], 3))).toBeNaN();
  });
});

describe('the scores of classes', () => {
  it('are those of each class against the rest', () => {
    const hits = hitsOfConfusion(confusionMatrix(truth, predicted, 3));
    expect(hits).toEqual([
      { truePositives: 2, falsePositives: 1, falseNegatives: 0 },
      { truePositives: 0, falsePositives: 0, falseNegatives: 1 },
      { truePositives: 2, falsePositives: 1, falseNegatives: 1 },
    ]);
    expect(hits.map(recall)).toEqual([1, 0, 2 / 3]);
    // Precisions 2/3, none and 2/3; F1 is the harmonic mean with the recalls.
    expect(hits.map(f1Score)).toEqual([0.8, 0, 2 / 3]);
    expect(macroF1(hits)).toBeCloseTo((0.8 + 0 + 2 / 3) / 3, 12);
  });

  it('say nothing of a class that is neither there nor predicted, and 0 of one only predicted', () => {
    const hits = hitsOfConfusion(confusionMatrix([0, 0, 0], [0, 0, 1], 3));
    expect(hits.map(f1Score)).toEqual([0.8, 0, Number.NaN]);
    expect(hits.map(recall)).toEqual([2 / 3, Number.NaN, Number.NaN]);
    expect(macroF1(hits)).toBe(0.4);
    expect(macroF1([])).toBeNaN();
  });

  it('of always the most frequent class are what a share gives', () => {
    const classes = Array.from({ length: 100 }, (_, index) =>
      index < 40 ? 0 : index < 75 ? 1 : 2,
    );
    const hits = hitsOfConfusion(
      confusionMatrix(
        classes,
        classes.map(() => 0),
        3,
      ),
    );
    expect(macroF1(hits)).toBeCloseTo((2 * 0.4) / 1.4 / 3, 12);
  });
});

describe('labels that do not exclude each other', () => {
  // Rows: exactly right, one missed, one too many, nothing there and nothing said.
  const wanted = [1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
  const said = [0.9, 0.1, 0.6, 1, 0.5, 0, 0, 0.8, 0.7, 0, 0, 0.4];

  it('are counted class by class at a threshold of 0.5', () => {
    const hits = hitsOfLabels(wanted, said, 3);
    expect(hits).toEqual([
      { truePositives: 2, falsePositives: 0, falseNegatives: 0 },
      { truePositives: 1, falsePositives: 0, falseNegatives: 1 },
      { truePositives: 1, falsePositives: 1, falseNegatives: 0 },
    ]);
    expect(macroF1(hits)).toBeCloseTo((1 + 2 / 3 + 2 / 3) / 3, 12);
  });

  it('are right in a sample where all of them are', () => {
    expect(subsetAccuracy(wanted, said, 3)).toBe(0.5);
    expect(subsetAccuracy([], [], 3)).toBeNaN();
  });
});
