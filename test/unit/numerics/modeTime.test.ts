import { describe, expect, it } from 'vitest';

import { modeTime, mostModeScale } from '../../../server/src/numerics/flow/modeTime.ts';

describe('mode times', () => {
  it.each([-1, -0.5, 0, 0.81, mostModeScale])('run from 1 to 0 without a fold at scale %d', (s) => {
    const times = Array.from({ length: 101 }, (_, index) => modeTime(index / 100, s).t);
    expect(times[0]).toBeCloseTo(1, 12);
    expect(times.at(-1)).toBeCloseTo(0, 12);
    expect(times.every((t, index) => index === 0 || t <= (times[index - 1] ?? 0) + 1e-12)).toBe(
      true,
    );
  });

  it.each([-0.8, 0, 0.5, 1.29])('have the density that their map gives at scale %d', (s) => {
    for (const u of [0.1, 0.3, 0.5, 0.8]) {
      const width = 1e-5;
      const stretch = (modeTime(u - width, s).t - modeTime(u + width, s).t) / (2 * width);
      expect(modeTime(u, s).density).toBeCloseTo(1 / stretch, 4);
    }
  });

  it('are uniform at scale 0, crowd in the middle above, at the ends below', () => {
    expect(modeTime(0.3, 0)).toEqual({ t: 0.7, density: 1 });
    expect(modeTime(0.5, 1).density).toBeGreaterThan(modeTime(0.05, 1).density);
    expect(modeTime(0.5, -0.5).density).toBeLessThan(modeTime(0.05, -0.5).density);
    expect(modeTime(0.5, mostModeScale).density).toBeGreaterThan(1e9);
  });
});
