import { describe, expect, it } from 'vitest';

import { gramianAnswers } from './gramianVectors.ts';
import { lossAnswers } from './lossVectors.ts';
import { numberAnswers } from './numberVectors.ts';
import { differences, readingOf, readPublishedVectors } from './publishedVectors.ts';

const answers = { ...gramianAnswers, ...numberAnswers, ...lossAnswers };

function countNumbers(value: unknown): number {
  if (typeof value === 'number') return 1;
  return Object.values(Object(value)).reduce<number>((sum, part) => sum + countNumbers(part), 0);
}

describe('the published vectors', () => {
  const vectors = readPublishedVectors();

  it('have an answer for every method', () => {
    const unanswered = vectors.map(({ method }) => method).filter((method) => !(method in answers));
    expect([...new Set(unanswered)]).toEqual([]);
  });

  it('are met, each within its tolerance', () => {
    const off = vectors.flatMap((vector) =>
      differences(vector, answers[vector.method]?.(readingOf(vector))),
    );
    const numbers = vectors.reduce((sum, { expected }) => sum + countNumbers(expected), 0);
    process.stdout.write(
      `published vectors: ${vectors.length} checked, ${numbers} numbers, ${off.length} off\n`,
    );
    expect(off).toEqual([]);
  });

  it('would notice a number that is off, or missing', () => {
    const vector = {
      id: 'x',
      method: 'sum',
      inputs: {},
      hyper: {},
      expected: { grad: [1, 2], total: 3 },
      tolerance: { abs: 0.1, rel: 0 },
    };
    expect(differences(vector, { grad: [1.05, 2], total: 3 })).toEqual([]);
    expect(differences(vector, { grad: [1.2, 2] })).toHaveLength(2);
    expect(differences(vector, undefined)).toHaveLength(3);
  });
});
