import { describe, expect, test } from 'vitest';

import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { type QueriedSeries, querySeries } from '../../../server/src/store/seriesQuery.ts';
import type { StoredSeries } from '../../../server/src/store/storedSeries.ts';

function fill(
  store: MetricStore,
  count: number,
  valueAt: (index: number) => number,
): StoredSeries | undefined {
  const stage = store.stage('run', 'a', 'tensorboard');
  for (let index = 0; index < count; index += 1) {
    stage.unit(50 * index, 50 * index + 50);
    stage.point('loss', index, 1.79e9 + index * 0.123, valueAt(index));
    if (index % 10_000 === 0) stage.commit();
  }
  stage.commit();
  return store.series('run', 'loss');
}

/** The same series, which counts the points that are looked at. */
function counting(series: StoredSeries, count: (points: number) => void): QueriedSeries {
  return {
    steps: series.steps,
    values: series.values,
    sessions: series.sessions,
    parts: () =>
      series.parts().map(({ start, points }) => ({
        start,
        points: {
          length: points.length,
          chunkCount: points.chunkCount,
          readSummary: (chunk, into) => points.readSummary(chunk, into),
          keptFrom: (chunk) => points.keptFrom(chunk),
          read(index, field, into) {
            count(into.length);
            points.read(index, field, into);
          },
        },
      })),
  };
}

describe('a long series', () => {
  const count = 1_000_000;

  test('takes less than 24 bytes a point, with wall times and provenance', () => {
    const store = new MetricStore();
    fill(store, count, (index) => Math.fround(Math.sin(index)));
    expect(store.bytes / count).toBeLessThan(14);
    const exact = new MetricStore();
    fill(exact, count, (index) => Math.sin(index));
    expect(exact.bytes / count).toBeLessThan(18);
  });

  test.each([
    ['within 17 minutes for 1024 points', 0.3, 17],
    ['far apart', 30, 21],
  ])('takes less with irregular steps and wall times %s', (_, seconds, most) => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'jsonl');
    for (let index = 0; index < count; index += 1) {
      const wallTime = 1_763_000_000 + seconds * (index + 0.5 * Math.sin(index));
      stage.unit(index * 40, (index + 1) * 40);
      stage.point('loss', 3 * index + (index % 2), wallTime, Math.sin(index));
      if (index % 50_000 === 0) stage.commit();
    }
    stage.commit();
    expect(store.bytes / count).toBeLessThan(most);
  });

  test.each([
    ['all of it', {}],
    ['a part of it', { from: 200_000, to: 700_000 }],
    ['a few points', { from: 500_000, to: 500_100 }],
  ])('is queried without a look at most of its points: %s', (_, range) => {
    const series = fill(new MetricStore(), count, Math.sin);
    let looked = 0;
    const pixels = 200;
    const query = { ...range, pixels };
    const found =
      series &&
      querySeries(
        counting(series, (points) => {
          looked += points;
        }),
        query,
      );
    expect(found?.steps.length).toBeGreaterThan(100);
    // Steps and values of the chunks at the borders of columns and of the range.
    expect(looked).toBeLessThanOrEqual(2 * 256 * (pixels + 8));
  });

  test('costs the same for one more point however long it is', () => {
    const store = new MetricStore();
    fill(store, count, Math.sin);
    const stage = store.stage('run', 'a', 'tensorboard');
    const before = store.bytes;
    for (let index = 0; index < 2048; index += 1) {
      stage.point('loss', count + index, 0, index);
      stage.commit();
    }
    // What a commit allocates anew is at most the last block, so its size bounds the work.
    expect(store.bytes - before).toBeLessThan(3 * 8 * 4096);
    expect(store.series('run', 'loss')?.length).toBe(count + 2048);
  });
});

test('a tenth of 1,000 runs of 200 series stays within a tenth of 512 MiB', () => {
  const limit = 51.2 * 2 ** 20;
  const store = new MetricStore(limit);
  for (let run = 0; run < 100; run += 1) {
    const stage = store.stage(`run${run}`, 'a', 'tensorboard');
    for (let step = 0; step < 150; step += 1) {
      for (let metric = 0; metric < 200; metric += 1) {
        stage.point(`metric${metric}`, step, 1e9 + step, Math.fround(Math.sin(step * metric)));
      }
    }
    stage.commit();
  }
  expect(store.bytes).toBeLessThanOrEqual(limit);
  expect(store.pointCount('run0')).toBe(30_000);
  expect(store.lastStep('run0')).toBe(149);
  expect(store.series('run0', 'metric3')?.detailFrom).toBe(100);
  expect(store.series('run99', 'metric3')?.detailFrom).toBe(0);
});
