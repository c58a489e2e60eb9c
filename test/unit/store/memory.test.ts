import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { MetricStore } from '../../../server/src/store/metricStore.ts';
import type { PointRestorer } from '../../../server/src/store/restoration.ts';
import { querySeries } from '../../../server/src/store/seriesQuery.ts';

const valueAt = (index: number): number => (index === 4321 ? Number.NaN : Math.sin(index) * index);

/** Puts points of a few metrics into a sink, as a reader does. */
function feed(
  sink: Pick<PointRestorer, 'unit' | 'point'>,
  from: number,
  count: number,
  names: readonly string[] = ['loss', 'other'],
): void {
  for (let index = from; index < from + count; index += 1) {
    sink.unit();
    for (const name of names) sink.point(name, index, 1e9 + index / 3, valueAt(index));
  }
}

function fillRun(store: MetricStore, run: string, count: number): void {
  const stage = store.stage(run, `${run}.log`, 'jsonl');
  for (let index = 0; index < count; index += 1000) {
    for (let at = index; at < Math.min(count, index + 1000); at += 1) {
      stage.unit(at * 40, at * 40 + 40);
      for (const name of ['loss', 'other']) stage.point(name, at, 1e9 + at / 3, valueAt(at));
    }
    stage.commit();
  }
}

const small = 400_000;

describe('where memory is scarce', () => {
  test('the oldest detail goes, the summary and the latest points stay', () => {
    const [store, whole] = [new MetricStore(small), new MetricStore()];
    for (const one of [store, whole]) fillRun(one, 'run', 50_000);
    expect(store.bytes).toBeLessThanOrEqual(small * 1.1);
    const [series, full] = [store.series('run', 'loss'), whole.series('run', 'loss')];
    expect(series?.length).toBe(50_000);
    const from = series?.detailFrom ?? 0;
    expect(from).toBeGreaterThan(30_000);
    expect(series?.values.at(0)).toBeUndefined();
    expect(series?.values.at(from)).toBe(valueAt(from));
    expect(series?.steps.at(-1)).toBe(49_999);
    expect(series?.firstNonFinite()?.index).toBe(4321);
    expect(series?.valueRange()).toEqual(full?.valueRange());
    expect(series?.roughValue(4321)).toBeCloseTo(
      Array.from({ length: 256 }, (_, at) => valueAt(4096 + at)).reduce(
        (sum, value) => sum + (Number.isNaN(value) ? 0 : value / 255),
        0,
      ),
    );
  });

  test('a chart of the whole run keeps every spike, and one that would show more says so', () => {
    const store = new MetricStore(small);
    fillRun(store, 'run', 50_000);
    const series = store.series('run', 'loss');
    const wide = series && querySeries(series, { pixels: 100 });
    expect(wide).toMatchObject({ reduced: true, dropped: false });
    expect(Math.max(...(wide?.values ?? []).filter(Number.isFinite))).toBe(
      series?.valueRange().highest,
    );
    expect(wide?.values.some(Number.isNaN)).toBe(true);
    for (const [index, step] of (wide?.steps ?? []).entries()) {
      expect(wide?.values[index]).toBe(valueAt(step));
    }
    const near = series && querySeries(series, { from: 1000, to: 1500, pixels: 800 });
    expect(near).toMatchObject({ reduced: true, dropped: true });
    const late = series && querySeries(series, { from: 49_900, pixels: 800 });
    expect(late).toMatchObject({ reduced: false, dropped: false });
  });

  test('what is read again from the file is there as before', () => {
    const store = new MetricStore(small);
    fillRun(store, 'run', 50_000);
    const [range, ...more] = store.dropped('run', 'loss', { from: 1000, to: 1500 });
    expect(more).toEqual([]);
    expect(range).toEqual({
      ...{ file: 'run.log', format: 'jsonl', first: 0, count: 2048 },
      ...{ byteStart: 0, byteEnd: 2048 * 40 },
    });
    const restorer = range && store.restorer('run', 'loss', range);
    if (restorer) feed(restorer, 0, 3000);
    expect(restorer?.state).toBe('done');
    const series = store.series('run', 'loss');
    const near = series && querySeries(series, { from: 1000, to: 1500, pixels: 800 });
    expect(near).toMatchObject({ reduced: false, dropped: false });
    expect(near?.values).toEqual(Array.from({ length: 501 }, (_, at) => valueAt(1000 + at)));
    expect(series?.wallTimes.at(1234)).toBe(1e9 + 1234 / 3);
    expect(store.bytes).toBeLessThanOrEqual(small * 1.2);
  });

  test('what is read again has its own part of the memory', () => {
    const store = new MetricStore(small);
    fillRun(store, 'run', 50_000);
    const all = store.dropped('run', 'loss')[0];
    expect(all?.count).toBeGreaterThan(30_000);
    expect(all && store.restorer('run', 'loss', all)).toBeUndefined();
    for (let from = 0; from < 20_000; from += 1000) {
      const [range] = store.dropped('run', 'loss', { from, to: from });
      const restorer = range && store.restorer('run', 'loss', range);
      if (restorer) feed(restorer, 0, 21_000, ['loss']);
    }
    expect(store.bytes).toBeLessThanOrEqual(small * 1.2);
    expect(store.series('run', 'loss')?.values.at(0)).toBeUndefined();
    expect(store.series('run', 'loss')?.values.at(19_000)).toBe(valueAt(19_000));
  });

  test('a file that is another one now gives nothing back', () => {
    const store = new MetricStore(small);
    fillRun(store, 'run', 50_000);
    const [range] = store.dropped('run', 'loss', { from: 1000, to: 1500 });
    const restorer = range && store.restorer('run', 'loss', range);
    for (let index = 0; index < 3000; index += 1) restorer?.point('loss', index, 0, index);
    expect(restorer?.state).toBe('changed');
    expect(store.series('run', 'loss')?.values.at(1000)).toBeUndefined();
    store.removeFile('run', 'run.log');
    expect(range && store.restorer('run', 'loss', range)).toBeUndefined();
  });

  test('a file that is rewritten again and again takes no more of it', () => {
    const store = new MetricStore(small);
    const stage = store.stage('run', 'run.log', 'trainer-state');
    for (let turn = 0; turn < 300; turn += 1) {
      for (let index = 0; index < 5000; index += 1) stage.point('loss', index, 0, turn + index);
      stage.replace();
    }
    expect(store.bytes).toBeLessThanOrEqual(small);
    expect(store.series('run', 'loss')?.detailFrom).toBe(0);
    expect(store.series('run', 'loss')?.values.at(-1)).toBe(299 + 4999);
  });

  test('the run that was left alone goes first', () => {
    const store = new MetricStore(small);
    fillRun(store, 'first', 5000);
    fillRun(store, 'second', 5000);
    expect(store.series('first', 'loss')?.detailFrom).toBe(0);
    fillRun(store, 'third', 5000);
    expect(store.series('second', 'loss')?.detailFrom).toBeGreaterThan(0);
    expect(store.series('first', 'loss')?.detailFrom).toBe(0);
    expect(store.series('third', 'loss')?.values.at(0)).toBe(valueAt(0));
  });

  test('of very many short series the latest points stay, and the others come back', () => {
    const store = new MetricStore(small);
    for (let run = 0; run < 60; run += 1) fillRun(store, `run${run}`, 300 + run);
    expect(store.bytes).toBeLessThanOrEqual(small * 1.1);
    for (let run = 0; run < 60; run += 1) {
      const series = store.series(`run${run}`, 'loss');
      const latest = Array.from({ length: 50 }, (_, at) => series?.values.at(at - 50));
      expect(latest).toEqual(Array.from({ length: 50 }, (_, at) => valueAt(250 + run + at)));
      const [range] = store.dropped(`run${run}`, 'loss');
      if (range === undefined) continue;
      const restorer = store.restorer(`run${run}`, 'loss', range);
      if (restorer) feed(restorer, 0, 300 + run);
      expect(restorer?.state).toBe('done');
      expect(series?.values.at(0)).toBe(valueAt(0));
    }
    expect(store.series('run0', 'loss')?.detailFrom).toBeGreaterThan(0);
  });

  test('whatever was dropped and read again, what is in memory is right', () => {
    const runs = fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 3000 }), looks: fc.boolean() }),
      { minLength: 2, maxLength: 8 },
    );
    fc.assert(
      fc.property(runs, (all) => {
        const store = new MetricStore(150_000);
        for (const [run, { count, looks }] of all.entries()) {
          fillRun(store, `run${run}`, count);
          if (looks) fillMore(store, run);
        }
        expect(all.map(({ count }, run) => findWrong(store, `run${run}`, count))).toEqual(
          all.map(() => -1),
        );
      }),
      { numRuns: 20 },
    );
  });
});

/** Reads again what the runs so far have lost, and goes on with the first. */
function fillMore(store: MetricStore, until: number): void {
  for (let run = 0; run <= until; run += 1) {
    const [range] = store.dropped(`run${run}`, 'loss');
    const restorer = range && store.restorer(`run${run}`, 'loss', range);
    if (restorer) feed(restorer, 0, 3000);
  }
}

/** The first point that is neither right nor known to be out of memory; -1 for none. */
function findWrong(store: MetricStore, run: string, count: number): number {
  const series = store.series(run, 'loss');
  const { detailFrom = 0, values } = series ?? {};
  return Array.from({ length: count }, (_, index) => index).findIndex((index) => {
    const value = values?.at(index);
    return value === undefined ? index >= detailFrom : !Object.is(value, valueAt(index));
  });
}
