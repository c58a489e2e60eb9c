import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { MetricStore } from '../../../server/src/store/metricStore.ts';
import type { RunStage } from '../../../server/src/store/runStage.ts';

/** Puts points of `loss` at these steps into a stage, one unit of ten bytes each. */
function fill(stage: RunStage, steps: readonly number[], firstUnit = 0): void {
  for (const [index, step] of steps.entries()) {
    const start = (firstUnit + index) * 10;
    stage.unit(start, start + 10);
    stage.point('loss', step, 1000 + step, -step);
  }
}

function read(store: MetricStore, name = 'loss', run = 'run'): unknown {
  const series = store.series(run, name);
  return series && { steps: [...series.steps], sessions: [...series.sessions] };
}

const files = ['a', 'b', 'c'] as const;

interface ArrivingPoint {
  readonly file: (typeof files)[number];
  readonly step: number;
  readonly commits: boolean;
}

function fillWhole(points: readonly ArrivingPoint[]): MetricStore {
  const store = new MetricStore();
  for (const file of [...files].reverse()) {
    const stage = store.stage('run', file, 'jsonl');
    const own = points.filter((point) => point.file === file);
    fill(
      stage,
      own.map((point) => point.step),
    );
    stage.commit();
  }
  return store;
}

function fillPiecewise(points: readonly ArrivingPoint[]): MetricStore {
  const store = new MetricStore();
  const stages = {
    a: store.stage('run', 'a', 'jsonl'),
    b: store.stage('run', 'b', 'jsonl'),
    c: store.stage('run', 'c', 'jsonl'),
  };
  const units = { a: 0, b: 0, c: 0 };
  for (const { file, step, commits } of points) {
    fill(stages[file], [step], units[file]);
    units[file] += 1;
    if (commits) stages[file].commit();
  }
  for (const file of files) stages[file].commit();
  return store;
}

describe('MetricStore', () => {
  test('shows nothing of a stage before its commit, and all of it after', () => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'jsonl');
    fill(stage, [0, 1]);
    expect(store.runs()).toEqual([]);
    expect(stage.commit()).toEqual({
      changed: new Map([['loss', 0]]),
      points: 2,
      skipped: 0,
      reset: false,
    });
    const series = store.series('run', 'loss');
    expect(series?.length).toBe(2);
    expect([...(series?.values ?? [])]).toEqual([-0, -1]);
    expect([...(series?.wallTimes ?? [])]).toEqual([1000, 1001]);
    fill(stage, [2], 2);
    expect(stage.commit().changed).toEqual(new Map([['loss', 2]]));
    expect(series?.length).toBe(3);
    expect(store.pointCount('run')).toBe(3);
  });

  test('lists a run whose first commit is empty, and forgets a removed one', () => {
    const store = new MetricStore();
    expect(store.stage('run', 'a', 'jsonl').commit()).toEqual({
      changed: new Map(),
      points: 0,
      skipped: 0,
      reset: false,
    });
    expect(store.runs()).toEqual(['run']);
    expect(store.metrics('run')).toEqual([]);
    store.removeRun('run');
    expect(store.runs()).toEqual([]);
    expect(store.metrics('run')).toEqual([]);
  });

  test('joins files in the order of their names, whichever came first', () => {
    const store = new MetricStore();
    const later = store.stage('run', 'b', 'jsonl');
    const earlier = store.stage('run', 'a', 'jsonl');
    fill(later, [2, 3]);
    later.commit();
    fill(earlier, [0]);
    expect(earlier.commit().changed).toEqual(new Map([['loss', 0]]));
    fill(earlier, [1], 1);
    expect(earlier.commit().changed).toEqual(new Map([['loss', 1]]));
    fill(later, [4], 2);
    expect(later.commit().changed).toEqual(new Map([['loss', 4]]));
    expect(read(store)).toEqual({ steps: [0, 1, 2, 3, 4], sessions: [0] });
    expect(store.provenance('run', 'loss', 1)).toEqual({ file: 'a', byteStart: 0, byteEnd: 20 });
    expect(store.provenance('run', 'loss', 2)).toEqual({ file: 'b', byteStart: 0, byteEnd: 30 });
    expect(store.provenance('run', 'loss', 5)).toBeUndefined();
  });

  test('drops just the points of a file that went away', () => {
    const store = new MetricStore();
    for (const [file, steps] of [
      ['a', [0, 1]],
      ['b', [1, 2]],
      ['c', [3]],
    ] as const) {
      const stage = store.stage('run', file, 'jsonl');
      fill(stage, steps);
      stage.skipped(90, 95, 'torn');
      stage.commit();
    }
    store.removeFile('run', 'b');
    expect(read(store)).toEqual({ steps: [0, 1, 3], sessions: [0] });
    expect(store.skipped('run').examples.map(({ file }) => file)).toEqual(['a', 'c']);
    store.removeFile('run', 'a');
    store.removeFile('run', 'c');
    expect(store.metrics('run')).toEqual([]);
  });

  test('opens a session at a backward step and at a mark of the writer', () => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'jsonl');
    fill(stage, [0, 1, 2, 1, 2]);
    stage.commit();
    stage.sessionStart(3);
    fill(stage, [5, 6], 5);
    stage.commit();
    fill(stage, [7, 0], 7);
    stage.commit();
    expect(read(store)).toEqual({ steps: [0, 1, 2, 1, 2, 5, 6, 7, 0], sessions: [0, 3, 5, 8] });
  });

  test('opens a session where a later file begins with a mark', () => {
    const store = new MetricStore();
    const first = store.stage('run', 'a', 'jsonl');
    fill(first, [0, 10, 20]);
    first.commit();
    const second = store.stage('run', 'b', 'jsonl');
    second.sessionStart(15);
    fill(second, [30, 40]);
    second.commit();
    expect(read(store)).toEqual({ steps: [0, 10, 20, 30, 40], sessions: [0, 3] });
    fill(first, [22], 3);
    first.commit();
    expect(read(store)).toEqual({ steps: [0, 10, 20, 22, 30, 40], sessions: [0, 4] });
  });

  test('counts what was skipped and keeps the first 20 as examples', () => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'jsonl');
    for (let index = 0; index < 15; index += 1) stage.skipped(index, index + 1, 'torn');
    stage.commit();
    for (let index = 15; index < 30; index += 1) stage.skipped(index, index + 1, 'torn');
    expect(stage.commit().skipped).toBe(15);
    const { count, examples } = store.skipped('run');
    expect(count).toBe(30);
    expect(examples).toHaveLength(20);
    expect(examples.at(-1)).toEqual({ file: 'a', byteStart: 19, byteEnd: 20, reason: 'torn' });
  });

  test('gives the chunk of 256 points as the provenance of a point', () => {
    const store = new MetricStore();
    const stage = store.stage('run', 'a', 'jsonl');
    fill(
      stage,
      Array.from({ length: 600 }, (_, step) => step),
    );
    stage.commit();
    expect(store.provenance('run', 'loss', 255)).toEqual({
      file: 'a',
      byteStart: 0,
      byteEnd: 2560,
    });
    expect(store.provenance('run', 'loss', 256)).toMatchObject({ byteStart: 2560, byteEnd: 5120 });
    expect(store.provenance('run', 'loss', 599)).toMatchObject({ byteStart: 5120, byteEnd: 6000 });
  });

  test('is the same however the points are spread over commits and files interleave', () => {
    const point = fc.record({
      file: fc.constantFrom(...files),
      step: fc.nat(5),
      commits: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(point), (points) => {
        const [piecewise, whole] = [fillPiecewise(points), fillWhole(points)];
        expect(read(piecewise)).toEqual(read(whole));
        for (const index of points.keys()) {
          expect(piecewise.provenance('run', 'loss', index)).toEqual(
            whole.provenance('run', 'loss', index),
          );
        }
      }),
    );
  });
});
