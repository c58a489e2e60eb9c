import { describe, expect, test } from 'vitest';

import { createRandom } from '../../../server/src/base/random.ts';
import { conflict } from '../../../server/src/rules/catalog/conflict.ts';
import { evidenceOf } from './evidence.ts';

interface World {
  readonly mean: number;
  /** Standard deviation of one cosine: 0.10 to 0.13 in the pilots (science.md §0.10). */
  readonly deviation: number;
  /** Lag-1 autocorrelation between probes. */
  readonly correlation: number;
  readonly terms: number;
  readonly count: number;
}

const windows = 500;

/** The share of simulated windows in which the rule speaks: AR(1) cosines of every pair. */
function firingRate({ mean, deviation, correlation, terms, count }: World): number {
  const random = createRandom(7, `${mean}/${deviation}/${correlation}/${terms}`);
  const names = Array.from({ length: terms }, (_, index) => `t${index}`);
  const series = (): readonly number[] => {
    let noise = random.normal();
    return Array.from({ length: count }, () => {
      noise = correlation * noise + Math.sqrt(1 - correlation ** 2) * random.normal();
      return Math.min(1, Math.max(-1, mean + deviation * noise));
    });
  };
  let fired = 0;
  for (let window = 0; window < windows; window += 1) {
    const pairs = names.flatMap((a, index) =>
      names.slice(index + 1).map((b) => [`cos/${a}~${b}`, series()] as const),
    );
    const evidence = evidenceOf(
      names.map((name) => ({ name, weight: 1 })),
      Object.fromEntries(pairs),
    );
    fired += conflict.evaluate(evidence, conflict.options, () => false).length > 0 ? 1 : 0;
  }
  return fired / windows;
}

const healthy = { mean: 0.07, deviation: 0.13, terms: 2, count: 50 };

describe('the noise of single batches', () => {
  test.each([
    { ...healthy, correlation: 0 },
    { ...healthy, correlation: 0.5 },
    { ...healthy, correlation: 0.8 },
    { ...healthy, correlation: 0.95 },
    { ...healthy, deviation: 0.1, correlation: 0.9 },
    { ...healthy, correlation: 0.5, count: 20 },
    { ...healthy, correlation: 0.5, terms: 6 },
  ])('raises no alarm in 99 % of the windows: %o', (world) => {
    expect(firingRate(world)).toBeLessThanOrEqual(0.01);
  });
});

// Losses that neither agree nor conflict are the hardest healthy case: there the alarms are held by
// the level of the test alone, 2.5 % for all pairs together; 4 % is that plus three standard errors.
test.each([
  { ...healthy, mean: 0, correlation: 0 },
  { ...healthy, mean: 0, correlation: 0.6 },
  { ...healthy, mean: 0, correlation: 0.6, terms: 6 },
])('gradients at right angles keep to the level of the test: %o', (world) => {
  expect(firingRate(world)).toBeLessThanOrEqual(0.04);
});

describe('a true conflict of −0.3', () => {
  test.each([
    { mean: -0.3, deviation: 0.13, correlation: 0, terms: 2, count: 50 },
    { mean: -0.3, deviation: 0.13, correlation: 0.5, terms: 2, count: 50 },
    { mean: -0.3, deviation: 0.13, correlation: 0.7, terms: 2, count: 50 },
    { mean: -0.3, deviation: 0.1, correlation: 0.3, terms: 2, count: 20 },
    { mean: -0.3, deviation: 0.13, correlation: 0.5, terms: 5, count: 50 },
  ])('is found in 95 %% of the windows: %o', (world) => {
    expect(firingRate(world)).toBeGreaterThanOrEqual(0.95);
  });
});
