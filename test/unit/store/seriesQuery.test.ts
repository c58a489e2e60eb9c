import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { invariant } from '../../../server/src/base/invariant.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { querySeries } from '../../../server/src/store/seriesQuery.ts';
import type { StoredSeries } from '../../../server/src/store/storedSeries.ts';

function seriesOf(points: readonly (readonly [step: number, value: number])[]): StoredSeries {
  const store = new MetricStore();
  const stage = store.stage('run', 'a', 'jsonl');
  for (const [step, value] of points) stage.point('loss', step, 0, value);
  stage.commit();
  const series = store.series('run', 'loss');
  invariant(series, 'there is at least one point');
  return series;
}

function ramp(count: number): [number, number][] {
  return Array.from({ length: count }, (_, step) => [step, Math.sin(step)]);
}

describe('querySeries', () => {
  test('is exact up to two points a pixel', () => {
    const result = querySeries(seriesOf(ramp(200)), { pixels: 100 });
    expect(result.reduced).toBe(false);
    expect(result.steps).toHaveLength(200);
  });

  test('keeps the spikes and the NaN of a long series', () => {
    const points = ramp(100_000);
    points[12_345] = [12_345, 1e9];
    points[54_321] = [54_321, Number.NaN];
    points[77_777] = [77_777, Number.NEGATIVE_INFINITY];
    const { steps, values, reduced } = querySeries(seriesOf(points), { pixels: 300 });
    expect(reduced).toBe(true);
    expect(steps.length).toBeLessThanOrEqual(601);
    expect(values[steps.indexOf(12_345)]).toBe(1e9);
    expect(values[steps.indexOf(54_321)]).toBeNaN();
    expect(values[steps.indexOf(77_777)]).toBe(Number.NEGATIVE_INFINITY);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  });

  test('is exact when zoomed in', () => {
    const result = querySeries(seriesOf(ramp(100_000)), { from: 500, to: 600, pixels: 300 });
    expect(result.reduced).toBe(false);
    expect(result.steps).toEqual(Array.from({ length: 101 }, (_, index) => 500 + index));
  });

  test('reduces each session on its own', () => {
    const twice = [...ramp(1000), ...ramp(1000).map(([step]) => [step, 5] as const)];
    const { values } = querySeries(seriesOf(twice), { pixels: 10 });
    expect(values.filter((value) => value === 5)).toHaveLength(10);
    expect(Math.min(...values)).toBeCloseTo(-1, 4);
  });

  test('puts points without a step at their index', () => {
    const series = seriesOf([
      [Number.NaN, 3],
      [Number.NaN, 4],
    ]);
    expect(querySeries(series, { pixels: 10 })).toEqual({
      steps: [0, 1],
      values: [3, 4],
      reduced: false,
      dropped: false,
    });
  });

  test('gives nothing of an empty range', () => {
    const result = querySeries(seriesOf(ramp(10)), { from: 20, to: 30, pixels: 10 });
    expect(result).toEqual({ steps: [], values: [], reduced: false, dropped: false });
  });

  test('keeps lowest and highest value of any series, and adds no point of its own', () => {
    // Zero has no sign here: -0 and 0 are the same height in a chart.
    const value = fc.double().map((number) => number + 0);
    const point = fc.tuple(fc.integer({ min: 0, max: 50 }), value);
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        (points, pixels) => {
          const { steps, values } = querySeries(seriesOf(points), { pixels });
          const finite = points.map(([, value]) => value).filter((value) => !Number.isNaN(value));
          const kept = values.filter((value) => !Number.isNaN(value));
          expect(Math.min(...kept)).toBe(Math.min(...finite));
          expect(Math.max(...kept)).toBe(Math.max(...finite));
          for (const [index, step] of steps.entries()) {
            expect(points).toContainEqual([step, values[index]]);
          }
        },
      ),
    );
  });
});
