import { describe, expect, test } from 'vitest';

import { MetricStore } from '../../../server/src/store/metricStore.ts';
import type { RunStage } from '../../../server/src/store/runStage.ts';

function fill(stage: RunStage, values: readonly number[], name = 'loss', width = 10): RunStage {
  for (const [index, value] of values.entries()) {
    stage.unit(index * width, (index + 1) * width);
    stage.point(name, index, Number.NaN, value);
  }
  return stage;
}

function values(store: MetricStore, name = 'loss', format?: string): readonly number[] {
  return [...(store.series('run', name, format)?.values ?? [])];
}

describe('a file that was rewritten', () => {
  test('adds what is new where the rest is as it was, and knows its new place', () => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'trainer-state');
    expect(fill(stage, [3, 2]).replace()).toMatchObject({ points: 2, reset: false });
    const grown = fill(stage, [3, 2, 1], 'loss', 20).replace();
    expect(grown).toEqual({ changed: new Map([['loss', 2]]), points: 3, skipped: 0, reset: false });
    expect(values(store)).toEqual([3, 2, 1]);
    expect(store.pointCount('run')).toBe(3);
    expect(store.provenance('run', 'loss', 0)).toEqual({ file: 'a', byteStart: 0, byteEnd: 60 });
    const same = fill(stage, [3, 2, 1]).replace();
    expect(same).toMatchObject({ changed: new Map(), reset: false });
  });

  test.each([
    ['other numbers', [3, 7, 1]],
    ['fewer points', [3]],
  ])('says so where it brings %s', (_, rewritten) => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'trainer-state');
    fill(stage, [3, 2]).replace();
    expect(fill(stage, rewritten).replace().reset).toBe(true);
    expect(values(store)).toEqual(rewritten);
  });

  test('takes with it the metrics and the damage that it no longer has', () => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'trainer-state');
    fill(fill(stage, [1]), [2], 'accuracy').skipped(5, 6, 'torn');
    stage.replace();
    expect(store.skipped('run').count).toBe(1);
    expect(fill(stage, [1]).replace()).toMatchObject({ changed: new Map(), reset: true });
    expect(store.metrics('run')).toEqual(['loss']);
    expect(store.skipped('run').count).toBe(0);
    fill(stage, [9]).discard();
    expect(stage.commit()).toMatchObject({ points: 0 });
  });

  test('leaves the other files of the run alone', () => {
    const store = new MetricStore();
    const first = store.stage('run', 'a', 'csv');
    fill(first, [1, 2]).commit();
    fill(store.stage('run', 'b', 'csv'), [3, 4]).commit();
    expect(fill(first, [1, 2, 5]).replace()).toMatchObject({
      changed: new Map([['loss', 2]]),
      reset: false,
    });
    expect(values(store)).toEqual([1, 2, 5, 3, 4]);
    expect(store.series('run', 'loss')?.sessions).toEqual([0, 3]);
  });

  test('can be prepared metric by metric, and shows at once', async () => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'trainer-state');
    fill(fill(stage, [1]), [2], 'accuracy').replace();
    const { bytes } = store;
    fill(fill(stage, [1, 3]), [4], 'accuracy');
    const seen: unknown[] = [];
    const prepare = (): Promise<void> =>
      stage.prepare(async () => {
        seen.push([values(store), values(store, 'accuracy')]);
      });
    await prepare();
    expect(seen).toEqual([
      [[1], [2]],
      [[1], [2]],
    ]);
    expect(stage.replace()).toMatchObject({
      changed: new Map([
        ['loss', 1],
        ['accuracy', 0],
      ]),
      reset: true,
    });
    expect([values(store), values(store, 'accuracy')]).toEqual([[1, 3], [4]]);
    expect(store.bytes).toBe(bytes);
    fill(stage, [7]);
    await prepare();
    stage.discard();
    expect(store.bytes).toBe(bytes);
    expect(values(store)).toEqual([1, 3]);
  });

  test('gives back the memory of what it replaced', () => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'csv');
    const many = Array.from({ length: 5000 }, (_, index) => Math.sin(index));
    fill(stage, many).replace();
    const { bytes } = store;
    fill(stage, many).replace();
    expect(store.bytes).toBe(bytes);
    store.removeRun('run');
    expect(store.bytes).toBe(0);
  });
});

describe('a metric in files of two formats', () => {
  const orders = [
    ['tensorboard', 'csv'],
    ['csv', 'tensorboard'],
  ] as const;

  test.each(orders)('is two series, of which one answers: %s before %s', (...formats) => {
    const store = new MetricStore();
    const of = { tensorboard: [1, 2], csv: [1.5, 2.5, 3.5] };
    const commits = formats.map((format) =>
      fill(store.stage('run', format, format), of[format]).commit(),
    );
    expect(values(store)).toEqual([1, 2]);
    expect(values(store, 'loss', 'csv')).toEqual([1.5, 2.5, 3.5]);
    expect(store.formats('run', 'loss')).toEqual(['tensorboard', 'csv']);
    expect(store.pointCount('run')).toBe(5);
    const isLate = formats[0] === 'csv';
    expect(commits[1]).toMatchObject({
      changed: isLate ? new Map([['loss', 0]]) : new Map(),
      reset: isLate,
    });
  });

  test('is answered for by the other one when the file goes away', () => {
    const store = new MetricStore();
    fill(store.stage('run', 'a', 'tensorboard'), [1]).commit();
    fill(store.stage('run', 'b', 'stdout'), [2]).commit();
    store.removeFile('run', 'a');
    expect(values(store)).toEqual([2]);
    expect(store.lastStep('run')).toBe(0);
  });
});
