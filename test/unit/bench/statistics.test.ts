import { describe, expect, it } from 'vitest';

import {
  mean,
  pairedRatios,
  quantile,
  ratioAtCadence,
  summarize,
} from '../../../bench/engine/statistics.mts';

describe('statistics of the benchmark', () => {
  it('interpolate quantiles linearly', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([5, 1, 2, 4, 3], 0.25)).toBe(2);
    expect(quantile([10, 20], 0.1)).toBeCloseTo(11, 12);
    expect(quantile([7], 0.9)).toBe(7);
  });

  it('summarize by median and quartiles and leave the values in their order', () => {
    const values = [9, 1, 5, 3, 7];
    expect(summarize(values)).toEqual({ n: 5, lower: 3, median: 5, upper: 7 });
    expect(values).toEqual([9, 1, 5, 3, 7]);
    expect(() => summarize([])).toThrow('nothing to summarize');
  });

  it('cancel what disturbs both sides of a pair', () => {
    const disturbance = [1, 3, 1.5, 8];
    const plain = disturbance.map((factor) => 2 * factor);
    const probe = disturbance.map((factor) => 5 * factor);
    expect(summarize(pairedRatios(probe, plain))).toEqual({
      ...{ n: 4, lower: 2.5, median: 2.5, upper: 2.5 },
    });
    expect(() => pairedRatios([1, 2], [1])).toThrow('two sides');
  });

  it('compute sparse loops from the probe at every step', () => {
    expect(ratioAtCadence(2.5, 1)).toBe(2.5);
    expect(ratioAtCadence(2.5, 50)).toBeCloseTo(1.03, 12);
    const loop = [2.5, ...Array.from({ length: 49 }, () => 1)];
    expect(ratioAtCadence(2.5, 50)).toBeCloseTo(mean(loop), 12);
  });
});
