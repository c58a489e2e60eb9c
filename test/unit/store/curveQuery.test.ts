import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { queryCurve } from '../../../server/src/store/curveQuery.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import type { QueriedSeries } from '../../../server/src/store/seriesQuery.ts';

function storeOf(steps: readonly number[], marks: readonly number[] = []): MetricStore {
  const store = new MetricStore();
  const stage = store.stage('run', 'events', 'tensorboard');
  steps.forEach((step, index) => {
    if (marks.includes(index)) stage.sessionStart(step);
    stage.point('loss', step, Number.NaN, index);
  });
  stage.commit();
  return store;
}

function seriesOf(steps: readonly number[], marks?: readonly number[]): QueriedSeries {
  return storeOf(steps, marks).series('run', 'loss') ?? { steps: [], values: [] };
}

const isAscending = (steps: readonly number[]): boolean =>
  steps.every((step, index) => index === 0 || step >= (steps[index - 1] ?? step));

describe('queryCurve', () => {
  test('sets apart what a later session supersedes, from the last point before it', () => {
    const curve = queryCurve(seriesOf([0, 10, 20, 30, 15, 25, 35]), { pixels: 50 });
    expect(curve).toEqual({
      steps: [0, 10, 15, 25, 35],
      values: [0, 1, 4, 5, 6],
      superseded: [{ steps: [10, 20, 30], values: [1, 2, 3] }],
      reduced: false,
      dropped: false,
      count: 7,
    });
  });

  test('does so where the range holds no point of the later session', () => {
    const series = seriesOf([0, 10, 20, 30, 40, 5, 50]);
    expect(queryCurve(series, { from: 15, to: 45, pixels: 50 })).toMatchObject({
      steps: [],
      superseded: [{ steps: [20, 30, 40], values: [2, 3, 4] }],
      count: 3,
    });
  });

  test('lets a session that several supersede go once, and marks of the writer count', () => {
    const curve = queryCurve(seriesOf([0, 10, 20, 5, 10, 20, 20], [6]), { pixels: 50 });
    expect(curve.steps).toEqual([0, 5, 10, 20]);
    expect(curve.superseded).toEqual([
      { steps: [0, 10, 20], values: [0, 1, 2] },
      { steps: [10, 20], values: [4, 5] },
    ]);
  });

  test('keeps points at the same step of one session', () => {
    const curve = queryCurve(seriesOf([0, 1, 1, 1, 2]), { pixels: 50 });
    expect(curve).toMatchObject({ steps: [0, 1, 1, 1, 2], superseded: [] });
  });

  test('works out the same of a derived series, which knows of no sessions', () => {
    const derived = { steps: [0, 10, 20, 30, 15, 25], values: [0, 1, 2, 3, 4, 5] };
    expect(queryCurve(derived, { pixels: 50 })).toMatchObject({
      steps: [0, 10, 15, 25],
      superseded: [{ steps: [10, 20, 30], values: [1, 2, 3] }],
    });
  });

  test('keeps a spike of what was superseded beside one of what holds, in the same pixel', () => {
    const steps = [...Array(1000).keys(), ...Array.from({ length: 1000 }, (_, at) => 500 + at)];
    const series = seriesOf(steps);
    const values = steps.map((_, index) => (index === 499 ? 1e3 : index === 500 ? 1e6 : 0));
    const curve = queryCurve(
      { ...series, steps, values, sessions: [0, 1000], sessionSteps: [0, 500] },
      { pixels: 3 },
    );
    expect(Math.max(...curve.values)).toBe(1e3);
    expect(Math.max(...curve.superseded.flatMap((line) => line.values))).toBe(1e6);
  });

  test('loses no point and gives lines that ascend, whatever the steps', () => {
    const stepLists = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 });
    fc.assert(
      fc.property(stepLists, (steps) => {
        const curve = queryCurve(seriesOf(steps), { pixels: 60 });
        const lines = [curve, ...curve.superseded];
        expect(lines.every((line) => isAscending(line.steps))).toBe(true);
        const drawn = new Set(lines.flatMap(({ values }) => values));
        expect([...drawn].sort((a, b) => a - b)).toEqual([...steps.keys()]);
      }),
    );
  });
});
