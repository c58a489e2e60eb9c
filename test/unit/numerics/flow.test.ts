import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../server/src/base/random.ts';
import { flowMetrics } from '../../../server/src/numerics/flow/flowMetrics.ts';
import {
  gaussianEndpoint,
  gaussianResidualVariance,
  gaussianVelocity,
} from '../../../server/src/numerics/flow/gaussianFlow.ts';
import { type RolloutScheme, rollout } from '../../../server/src/numerics/flow/rollout.ts';
import { timeBin, timeBinSeed } from '../../../server/src/numerics/flow/timeBins.ts';
import { broadcastTime } from '../../../server/src/numerics/flow/timeBroadcast.ts';
import { cosMapTime, logitNormalTime } from '../../../server/src/numerics/flow/timeSampling.ts';

const world = { mean: 2, deviation: 0.5 };

describe('the flow between two normal distributions', () => {
  it('has the velocity and the residual that regression on samples finds', () => {
    const random = createRandom(7);
    const t = 0.4;
    const samples = Array.from({ length: 40_000 }, () => {
      const start = random.normal();
      const end = world.mean + world.deviation * random.normal();
      return { x: (1 - t) * start + t * end, v: end - start };
    });
    const errors = samples.map(({ x, v }) => v - gaussianVelocity(x, t, world));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const square = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
    const slope = errors.reduce((sum, error, k) => sum + error * (samples[k]?.x ?? 0), 0);
    expect(mean).toBeCloseTo(0, 2);
    expect(slope / errors.length).toBeCloseTo(0, 2);
    expect(square).toBeCloseTo(gaussianResidualVariance(t, world), 1);
  });

  it.each([
    ['euler', 1],
    ['seed-midtime', 1],
    ['midpoint', 2],
    ['heun', 2],
  ] as const)('is followed by %s with order %d or better', (scheme: RolloutScheme, order) => {
    const error = (steps: number): number =>
      Math.abs(
        rollout(-1.5, steps, scheme, (x, t) => gaussianVelocity(x, t, world)) -
          gaussianEndpoint(-1.5, world),
      );
    // For this field midpoint even has order 3.
    expect(Math.log2(error(256) / error(512))).toBeGreaterThan(order - 0.05);
  });
});

describe('times', () => {
  it('fall into bins that are closed on the left, and 1 into the last', () => {
    expect([0, 0.1, 0.3, 0.999, 1, 7, -1].map((t) => timeBin(t, 10))).toEqual([
      0, 1, 3, 9, 9, 9, 0,
    ]);
    expect(timeBinSeed(0, 10)).toBe(-1);
    expect(timeBin(Number.NaN, 10)).toBeNaN();
  });

  it('have the densities with which they are drawn', () => {
    // The change of t per change of its quantile is 1/density.
    const width = 1e-6;
    for (const u of [0.1, 0.5, 0.8]) {
      const slope = (cosMapTime(u + width).t - cosMapTime(u - width).t) / (2 * width);
      expect(1 / slope).toBeCloseTo(cosMapTime(u).density, 6);
    }
    expect(cosMapTime(0).t).toBe(0);
    expect(cosMapTime(1).t).toBeCloseTo(1, 12);
    for (const z of [-1, 0, 2]) {
      const normal = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
      const slope = logitNormalTime(z + width, 0.3, 1.2).t - logitNormalTime(z - width, 0.3, 1.2).t;
      expect((normal * 2 * width) / slope).toBeCloseTo(logitNormalTime(z, 0.3, 1.2).density, 5);
    }
    expect(logitNormalTime(800)).toEqual({ t: 1, density: 0 });
  });

  it('meet a batch by sample, or by accident along its last axis', () => {
    expect(broadcastTime([0, 1], [2, 1, 2], 'samples')).toEqual([0, 0, 1, 1]);
    expect(broadcastTime([0, 1], [2, 1, 2], 'last-axis')).toEqual([0, 1, 0, 1]);
    expect(broadcastTime([0, 1], [2, 1, 3], 'last-axis')).toBeUndefined();
  });
});

describe('the measures of a velocity field', () => {
  it('tell a field that is c times too fast by the slope 1/c', () => {
    const target = [
      [1, -2],
      [0.5, 0.1],
    ];
    const fast = target.map((row) => row.map((value) => 1.25 * value));
    const { nmse, cosine, speedRatio, slope } = flowMetrics(fast, target);
    expect(nmse).toBeCloseTo(0.0625, 12);
    expect(cosine).toBeCloseTo(1, 12);
    expect(speedRatio).toBeCloseTo(1.25, 12);
    expect(slope).toBeCloseTo(0.8, 12);
  });

  it('leave samples without a direction out', () => {
    const { cosine, speedRatio } = flowMetrics(
      [
        [1, 0],
        [0, 0],
        [2, 2],
      ],
      [
        [1, 1],
        [3, 0],
        [0, 0],
      ],
    );
    expect(cosine).toBeCloseTo(Math.SQRT1_2, 12);
    expect(speedRatio).toBeCloseTo(Math.SQRT1_2 / 2, 12);
  });
});
