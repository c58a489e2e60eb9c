import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../server/src/base/random.ts';
import { conditionGain } from '../../../server/src/numerics/flow/conditionGain.ts';
import { deranged } from '../../../server/src/numerics/flow/derangement.ts';
import type { FlowSample } from '../../../server/src/numerics/flow/flowMetrics.ts';

describe('an exchange of conditions', () => {
  it.each([
    ['of many classes', Array.from({ length: 97 }, (_, index) => String((index * index) % 10))],
    ['of two halves', ['a', 'a', 'a', 'b', 'b', 'b']],
    ['all different', ['a', 'b', 'c', 'd', 'e']],
  ])('%s gives everyone another one’s, and each to one', (_, conditions) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const partners = deranged(conditions, createRandom(seed));
      expect(new Set(partners).size).toBe(conditions.length);
      for (const [index, partner] of partners.entries()) {
        expect(conditions[partner ?? index]).not.toBe(conditions[index]);
      }
    }
  });

  it('leaves out whom it cannot serve', () => {
    const partners = deranged(['a', 'a', 'a', 'b'], createRandom(1));
    expect(partners.filter((partner) => partner !== undefined)).toHaveLength(2);
    expect(deranged(['a', 'a'], createRandom(1))).toEqual([undefined, undefined]);
    expect(deranged([], createRandom(1))).toEqual([]);
  });
});

describe('the gain of a condition', () => {
  const sample = (error: number): FlowSample => ({ own: 1, other: 1, both: 1 - error / 2, error });

  it('is a difference with the t statistic of a paired test over batches', () => {
    // Whatever pairs meet in a batch: gains of 0.1 and 0.3 by halves have the mean 0.2, and with two
    // samples in each of 200 batches a standard error of 0.1/√2/√200 = 0.005.
    const pairs = Array.from({ length: 400 }, (_, index) => ({
      own: sample(0.2),
      swapped: sample(index % 2 === 0 ? 0.3 : 0.5),
    }));
    const { nmse, cosine, t } = conditionGain(pairs, createRandom(1), 200);
    expect(nmse).toBeCloseTo(0.2, 12);
    expect(cosine).toBeCloseTo(0.1, 12);
    expect(0.2 / t).toBeCloseTo(0.005, 3);
  });

  it('is exactly 0 for a condition that changes nothing', () => {
    const pairs = [0.1, 0.4].map((error) => ({ own: sample(error), swapped: sample(error) }));
    expect(conditionGain(pairs, createRandom(1))).toEqual({ nmse: 0, cosine: 0, t: 0 });
  });
});
