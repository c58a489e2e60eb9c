import { describe, expect, test } from 'vitest';

import { mostPairsMore, pairsNeeded } from '../../../server/src/numerics/pairsNeeded.ts';
import { pairedPower } from '../../../server/src/numerics/studentT.ts';

describe('the power of the paired t test', () => {
  test('agrees with the example of the G*Power 3.1 manual', () => {
    // "Difference between two dependent means": dz = 0.421637, N = 50, α = 0.05 two-sided.
    expect(pairedPower(0.421637, 50, 0.05)).toBeCloseTo(0.832114, 5);
  });

  test.each([
    // Cohen's conventional effects: 34, 15 and 199 pairs are the published numbers for 80 %.
    { effect: 0.5, pairs: 34, power: 0.8077775 },
    { effect: 0.8, pairs: 15, power: 0.8213105 },
    { effect: 0.2, pairs: 199, power: 0.801691 },
  ])('is $power for an effect of $effect and $pairs pairs', ({ effect, pairs, power }) => {
    expect(pairedPower(effect, pairs, 0.05)).toBeCloseTo(power, 5);
    expect(pairedPower(effect, pairs - 1, 0.05)).toBeLessThan(0.8);
  });

  test('is the level where there is nothing to find, and 1 where it cannot be missed', () => {
    for (const pairs of [2, 3, 10, 60]) {
      expect(pairedPower(0, pairs, 0.05)).toBeCloseTo(0.05, 4);
      expect(pairedPower(1000, pairs, 0.05)).toBeCloseTo(1, 4);
    }
  });
});

/** Differences with this mean and a standard deviation of 1. */
function differencesOf(effect: number, count: number): readonly number[] {
  const raw = Array.from({ length: count }, (_, at) => at - (count - 1) / 2);
  const deviation = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0) / (count - 1));
  return raw.map((value) => value / deviation + effect);
}

describe('how many more pairs are needed', () => {
  test.each([
    { effect: 0.5, count: 5, needed: 29 },
    { effect: -0.5, count: 5, needed: 29 },
    { effect: 0.8, count: 3, needed: 12 },
    { effect: 1, count: 3, needed: 7 },
    { effect: 0.1, count: 3, needed: 'many' },
  ])('$needed for an effect of $effect with $count', ({ effect, count, needed }) => {
    expect(pairsNeeded(differencesOf(effect, count), 0.05)).toBe(needed);
  });

  test('is more where several variants are compared', () => {
    const differences = differencesOf(1, 3);
    expect(pairsNeeded(differences, 0.05 / 4)).toBeGreaterThan(
      Number(pairsNeeded(differences, 0.05)),
    );
  });

  test('never says more than it counts', () => {
    for (let effect = 0.3; effect < 1.5; effect += 0.05) {
      const needed = pairsNeeded(differencesOf(effect, 3), 0.05);
      if (typeof needed === 'number') expect(needed).toBeLessThanOrEqual(mostPairsMore);
    }
  });

  test.each([
    { name: 'one pair', differences: [1] },
    { name: 'no difference', differences: [0, 0, 0] },
    { name: 'no spread', differences: [1, 1, 1] },
    { name: 'a mean of 0', differences: [-1, 1] },
    { name: 'a difference that is NaN', differences: [1, Number.NaN] },
    { name: 'a test that decides', differences: [10, 10.1, 10.2] },
  ])('is not said for $name', ({ differences }) => {
    expect(pairsNeeded(differences, 0.05)).toBeUndefined();
  });
});
