import fc from 'fast-check';
import { expect, test } from 'vitest';

import { MetricStore } from '../../../server/src/store/metricStore.ts';
import type { RunStage } from '../../../server/src/store/runStage.ts';

interface Point {
  readonly step: number;
  readonly value: number;
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly isMarked: boolean;
}

type Series = ReadonlyMap<string, readonly Point[]>;

/** What a file gives in turn: a unit with these metrics, a mark of the writer, or the end of a look. */
const units = fc
  .subarray(['loss', 'accuracy', 'rate', 'norm'], { minLength: 1 })
  .chain((names) => fc.constantFrom(names, names.toReversed()))
  .map((names) => ({ kind: 'unit' as const, names }));
const events = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: units },
    { weight: 1, arbitrary: fc.constant({ kind: 'mark' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'commit' as const }) },
  ),
  { minLength: 1, maxLength: 40 },
);
/** Each unit comes so many times in a row. */
const repeats = fc.constantFrom(1, 3, 70, 300, 1100);
const valueAt = (index: number): number =>
  index % 401 === 0 ? Number.POSITIVE_INFINITY : Math.sin(index);

type FileEvent =
  | { readonly kind: 'unit'; readonly names: readonly string[] }
  | { readonly kind: 'mark' }
  | { readonly kind: 'commit' };

/** Feeds a stage and keeps each metric's points as they went in. */
class Feed {
  readonly series = new Map<string, Point[]>();
  readonly #stage: RunStage;
  /** Metrics without a point since the latest mark. */
  readonly #unmarked = new Set<string>();
  #at = 0;

  constructor(stage: RunStage) {
    this.#stage = stage;
  }

  take(event: FileEvent, repeat: number): void {
    if (event.kind === 'commit') this.#stage.commit();
    else if (event.kind === 'mark') this.#mark();
    else for (let turn = 0; turn < repeat; turn += 1) this.#unit(event.names);
  }

  #mark(): void {
    this.#stage.sessionStart(this.#at);
    for (const name of ['loss', 'accuracy', 'rate', 'norm']) this.#unmarked.add(name);
  }

  #unit(names: readonly string[]): void {
    const at = this.#at;
    const place = { byteStart: 10 * at, byteEnd: 10 * at + 7 };
    this.#stage.unit(place.byteStart, place.byteEnd);
    for (const name of names) {
      const [step, value] = [at % 977, valueAt(at)];
      this.#stage.point(name, step, at / 3, value);
      const points = this.series.get(name) ?? [];
      points.push({ step, value, ...place, isMarked: this.#unmarked.delete(name) });
      this.series.set(name, points);
    }
    this.#at += 1;
  }
}

/** Plays the events into the stage, each unit so many times. */
function play(stage: RunStage, all: readonly FileEvent[], repeat: number): Series {
  const feed = new Feed(stage);
  for (const event of all) feed.take(event, repeat);
  return feed.series;
}

function expectSame(store: MetricStore, run: string, expected: Series): void {
  expect(store.metrics(run)).toEqual([...expected.keys()].sort());
  for (const [name, points] of expected) {
    const found = store.series(run, name);
    expect([...(found?.steps ?? [])]).toEqual(points.map(({ step }) => step));
    expect([...(found?.values ?? [])]).toEqual(points.map(({ value }) => value));
    const sessions = [...points.keys()].filter((index) => {
      const goesBack = (points[index]?.step ?? 0) < (points[index - 1]?.step ?? 0);
      return index === 0 || goesBack || points[index]?.isMarked;
    });
    expect(found?.sessions).toEqual(sessions);
    expect(found?.sessionSteps).toEqual(sessions.map((index) => points[index]?.step));
    for (let index = 0; index < points.length; index += 97) {
      const first = index - (index % 256);
      const last = Math.min(first + 256, points.length) - 1;
      expect(store.provenance(run, name, index)).toEqual({
        file: 'log',
        byteStart: points[first]?.byteStart,
        byteEnd: points[last]?.byteEnd,
      });
    }
  }
}

test('points keep their order, sessions and places, however the looks at the file cut them', () => {
  fc.assert(
    fc.property(events, repeats, (all, repeat) => {
      const store = new MetricStore();
      const stage = store.stage('run', 'log', 'tensorboard');
      const expected = play(stage, all, repeat);
      stage.commit();
      expectSame(store, 'run', expected);
    }),
    { numRuns: 30 },
  );
});

test('what one stage gave back is not seen by the next, nor what was discarded', () => {
  fc.assert(
    fc.property(events, events, repeats, (first, second, repeat) => {
      const store = new MetricStore();
      const one = store.stage('one', 'log', 'tensorboard');
      const two = store.stage('two', 'log', 'tensorboard');
      const three = store.stage('three', 'log', 'tensorboard');
      const isUnit = ({ kind }: FileEvent): boolean => kind === 'unit';
      const expectedOne = play(one, first, repeat);
      play(two, second.filter(isUnit), repeat);
      two.discard();
      one.commit();
      const expectedTwo = play(two, second, repeat);
      const expectedThree = play(three, first.filter(isUnit), repeat);
      two.commit();
      three.replace();
      expectSame(store, 'one', expectedOne);
      expectSame(store, 'two', expectedTwo);
      expectSame(store, 'three', expectedThree);
    }),
    { numRuns: 15 },
  );
});
