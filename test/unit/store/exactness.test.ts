import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { querySeries } from '../../../server/src/store/seriesQuery.ts';
import { naiveQuery, type PlainPoints } from './naiveQuery.ts';

interface Point {
  readonly step: number;
  readonly wallTime: number;
  readonly value: number;
}

/** Columns of every kind that is packed in its own way, and those that cannot be. */
const columns = {
  even: (index: number) => 10 * index,
  same: () => 0.1,
  negativeZero: (index: number) => (index % 3 === 0 ? -0 : 0),
  single: (index: number) => Math.fround(Math.sin(index)),
  integer: (index: number) => 16_777_217 + index * index,
  double: (index: number) => Math.sin(index),
  absent: () => Number.NaN,
  broken: (index: number) =>
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1][index % 4] ?? 0,
  sometimesAbsent: (index: number) => (index % 7 === 0 ? Number.NaN : index),
  backwards: (index: number) => index % 700,
};
const kinds = fc.constantFrom(...Object.values(columns));

/** Feeds the points in commits of these sizes, by turns. */
function fill(store: MetricStore, points: readonly Point[], sizes: readonly number[]): void {
  const stage = store.stage('run', 'a', 'jsonl');
  let left = sizes[0] ?? 1;
  let turn = 0;
  for (const { step, wallTime, value } of points) {
    stage.point('loss', step, wallTime, value);
    left -= 1;
    if (left > 0) continue;
    stage.commit();
    turn += 1;
    left = sizes[turn % sizes.length] ?? 1;
  }
  stage.commit();
}

function plain(points: readonly Point[]): PlainPoints {
  const steps = points.map(({ step }) => step);
  const goesBack = (index: number): boolean => (steps[index] ?? 0) < (steps[index - 1] ?? 0);
  return {
    steps,
    values: points.map(({ value }) => value),
    sessions: [...steps.keys()].filter((index) => index === 0 || goesBack(index)),
  };
}

const arbitraryPoints = fc
  .tuple(fc.integer({ min: 1, max: 3000 }), kinds, kinds, kinds)
  .map(([count, stepAt, wallTimeAt, numberAt]) =>
    Array.from({ length: count }, (_, index) => ({
      step: stepAt(index),
      wallTime: wallTimeAt(index),
      value: numberAt(index),
    })),
  );
const sizes = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 4 });

describe('what the store holds', () => {
  test('is every point to the last bit, in whatever pieces it came', () => {
    fc.assert(
      fc.property(arbitraryPoints, sizes, (points, pieces) => {
        const store = new MetricStore();
        fill(store, points, pieces);
        const series = store.series('run', 'loss');
        expect(series?.length).toBe(points.length);
        const read = points.map((_, index) => ({
          step: series?.steps.at(index),
          wallTime: series?.wallTimes.at(index),
          value: series?.values.at(index),
        }));
        const differs = read.findIndex(
          ({ step, wallTime, value }, index) =>
            !Object.is(step, points[index]?.step) ||
            !Object.is(wallTime, points[index]?.wallTime) ||
            !Object.is(value, points[index]?.value),
        );
        expect(differs).toBe(-1);
        expect(series?.steps.at(-1)).toBe(points.at(-1)?.step);
        expect(series?.steps.at(points.length)).toBeUndefined();
        expect(series?.steps.at(-points.length - 1)).toBeUndefined();
        expect(series?.sessions).toEqual(plain(points).sessions);
      }),
      { numRuns: 60 },
    );
  });

  test('answers queries as a look at every point does', () => {
    const ranges = fc.record({
      from: fc.constantFrom(Number.NEGATIVE_INFINITY, 0, 100, 255.5, 2000),
      to: fc.constantFrom(Number.POSITIVE_INFINITY, 300, 1024, 9000),
      pixels: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(arbitraryPoints, sizes, ranges, (points, pieces, range) => {
        const reference = plain(points);
        // Steps that go back at every other point are reduced in another way: see below.
        fc.pre(reference.sessions.length < 10);
        const store = new MetricStore();
        fill(store, points, pieces);
        const series = store.series('run', 'loss');
        const expected = { ...naiveQuery(reference, range), dropped: false };
        const zeros = (numbers: readonly number[]): number[] => numbers.map((number) => number + 0);
        const found = series && querySeries(series, range);
        expect({ ...found, values: zeros(found?.values ?? []) }).toEqual({
          ...expected,
          values: zeros(expected.values),
        });
      }),
      { numRuns: 80 },
    );
  });

  test('remembers the first broken value and the range of all', () => {
    fc.assert(
      fc.property(arbitraryPoints, sizes, (points, pieces) => {
        const store = new MetricStore();
        fill(store, points, pieces);
        const series = store.series('run', 'loss');
        const index = points.findIndex(({ value }) => !Number.isFinite(value));
        const { step, value } = points[index] ?? {};
        expect(series?.firstNonFinite()).toEqual(index < 0 ? undefined : { index, step, value });
        expect(addZero(series?.valueRange())).toEqual(addZero(rangeOf(points)));
      }),
      { numRuns: 40 },
    );
  });
});

test('steps that go back and forth all the time give a bounded answer that keeps the spikes', () => {
  const store = new MetricStore();
  const stage = store.stage('run', 'a', 'tensorboard');
  for (let index = 0; index < 100_000; index += 1) {
    stage.point('loss', index - (index % 2) * 5, 0, index === 54_321 ? 1e9 : Math.sin(index));
  }
  stage.commit();
  const series = store.series('run', 'loss');
  const found = series && querySeries(series, { pixels: 100 });
  expect(found?.reduced).toBe(true);
  expect(found?.steps.length).toBeLessThanOrEqual(2 * 4 * 100 + 2);
  expect(Math.max(...(found?.values ?? []))).toBe(1e9);
  expect(found?.steps[found.values.indexOf(1e9)]).toBe(54_316);
});

interface Range {
  readonly lowest: number;
  readonly highest: number;
}

function rangeOf(points: readonly Point[]): Range {
  const numbers = points.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  if (numbers.length === 0) return { lowest: Number.NaN, highest: Number.NaN };
  return { lowest: Math.min(...numbers), highest: Math.max(...numbers) };
}

/** Zero has no sign in a range. */
function addZero(range: Range | undefined): Range | undefined {
  return range && { lowest: range.lowest + 0, highest: range.highest + 0 };
}
