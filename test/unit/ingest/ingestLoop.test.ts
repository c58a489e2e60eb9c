import { afterEach, describe, expect, test } from 'vitest';

import { silentLogger } from '../../../server/src/base/logger.ts';
import { type IngestChange, IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { MemoryLogSource } from '../../support/memoryLogSource.ts';
import { writeEvent, writeEventFile } from '../../support/writeEvents.ts';

const metrics = '/logs/a/metrics.jsonl';
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = (step: number, value = step / 2): Uint8Array =>
  encode(`{"step":${step},"loss":${value}}\n`);

/** A loop over files in memory, with a clock that stands still. */
class Fixture {
  readonly clock = new ManualClock();
  readonly source = new MemoryLogSource(this.clock);
  readonly store = new MetricStore();
  readonly changes: IngestChange[] = [];
  readonly loop: IngestLoop;

  constructor() {
    const { store, clock, source } = this;
    this.loop = new IngestLoop({ store, clock, source, logger: silentLogger, polling: false });
    this.loop.onDidChange((change) => this.changes.push(change));
  }

  /** Lets the clock run and everything that falls due come to its end. */
  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      this.clock.advance(10);
      await new Promise<void>((resume) => setImmediate(resume));
    }
  }

  steps(run: string): readonly number[] {
    return [...(this.store.series(run, 'loss')?.steps ?? [])];
  }
}

const fixtures: Fixture[] = [];

function create(): Fixture {
  const fixture = new Fixture();
  fixtures.push(fixture);
  return fixture;
}

afterEach(() => {
  for (const { loop } of fixtures.splice(0)) loop.dispose();
});

describe('IngestLoop', () => {
  test('reads what is there and tells of the run once', async () => {
    const fixture = create();
    fixture.source.append(metrics, line(0));
    fixture.loop.watch('/logs');
    await fixture.run(200);
    const run = {
      id: '/logs/a',
      path: '/logs/a',
      name: 'a',
      files: [{ path: metrics, format: 'jsonl' }],
      modifiedAt: 1_790_000_000_000,
    };
    expect(fixture.changes).toEqual([
      { updates: [{ run, changed: new Map([['loss', 0]]), reset: false }], removed: [] },
    ]);
    expect(fixture.loop.runs()).toEqual([run]);
  });

  test('publishes the first change at once and a burst every 50 ms', async () => {
    const fixture = create();
    fixture.source.append(metrics, line(0));
    fixture.loop.watch('/logs');
    await fixture.run(2000);
    fixture.changes.length = 0;
    for (let step = 1; step <= 10; step += 1) {
      fixture.source.append(metrics, line(step));
      await fixture.run(10);
      if (step === 1) expect(fixture.steps('/logs/a')).toEqual([0, 1]);
    }
    await fixture.run(100);
    expect(fixture.steps('/logs/a')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(fixture.changes.length).toBeLessThanOrEqual(4);
    expect(fixture.changes[0]?.updates[0]?.changed).toEqual(new Map([['loss', 1]]));
  });

  test('looks once more after a change, as the next event may have been dropped', async () => {
    const fixture = create();
    fixture.source.append(metrics, line(0));
    const watching = fixture.loop.watch('/logs');
    await fixture.run(20);
    const { opened } = fixture.source;
    await fixture.run(500);
    expect(fixture.source.opened).toBe(opened + 1);
    watching.dispose();
  });

  test('takes a last line without its end after a second', async () => {
    const fixture = create();
    fixture.source.append(metrics, line(0));
    fixture.source.append(metrics, encode('{"step":1,"loss":3}'));
    fixture.loop.watch('/logs');
    await fixture.run(500);
    expect(fixture.steps('/logs/a')).toEqual([0]);
    await fixture.run(700);
    expect(fixture.steps('/logs/a')).toEqual([0, 1]);
  });

  test('makes one run of the event files of a folder, in the order of their names', async () => {
    const fixture = create();
    const events = (step: number): Uint8Array =>
      writeEventFile([{ wallTime: 1, step, scalars: { loss: 1 } }]);
    fixture.source.append('/logs/a/events.out.tfevents.2.h', events(5));
    fixture.source.append('/logs/a/events.out.tfevents.1.h', events(1));
    fixture.source.append('/logs/a/eval/events.out.tfevents.3.h', events(9));
    fixture.loop.watch('/logs');
    await fixture.run(50);
    expect(fixture.loop.runs().map(({ name }) => name)).toEqual(['a', 'a/eval']);
    expect(fixture.steps('/logs/a')).toEqual([1, 5]);
    fixture.source.append(
      '/logs/a/events.out.tfevents.1.h',
      writeEvent({ wallTime: 2, step: 2, scalars: { loss: 1 } }),
    );
    await fixture.run(100);
    expect(fixture.steps('/logs/a')).toEqual([1, 2, 5]);
    expect(fixture.changes.at(-1)?.updates[0]?.changed).toEqual(new Map([['loss', 1]]));
  });

  test('shows no run for a file without points, and reads the metric files of MLflow as one', async () => {
    const fixture = create();
    fixture.source.append('/logs/server.log', encode('the server listens\n'.repeat(400)));
    const run = `/logs/mlruns/0/${'a'.repeat(32)}`;
    fixture.source.append(`${run}/metrics/loss`, encode('1790000000000 0.5 3\n'));
    fixture.source.append(`${run}/metrics/val/loss`, encode('1790000000000 0.7 3\n'));
    fixture.loop.watch('/logs');
    await fixture.run(200);
    expect(fixture.loop.runs().map(({ id }) => id)).toEqual([run]);
    expect(fixture.changes.flatMap(({ updates }) => updates)).toHaveLength(1);
    expect(fixture.store.metrics(run)).toEqual(['loss', 'val/loss']);
    fixture.source.append('/logs/server.log', encode('step 250: train loss 1.9, val loss 2.0\n'));
    await fixture.run(1200);
    expect(fixture.loop.runs().map(({ name }) => name)).toContain('server.log');
  });

  test('tells of a reset when a file was written anew', async () => {
    const fixture = create();
    fixture.source.append(metrics, line(0));
    fixture.source.append(metrics, line(1));
    fixture.loop.watch('/logs');
    await fixture.run(500);
    fixture.source.overwrite(metrics, line(7));
    await fixture.run(100);
    expect(fixture.steps('/logs/a')).toEqual([7]);
    expect(fixture.changes.at(-1)?.updates[0]).toMatchObject({
      changed: new Map([['loss', 0]]),
      reset: true,
    });
  });

  test('forgets a run whose last file went away, and takes it up again', async () => {
    const fixture = create();
    fixture.source.append(metrics, line(0));
    fixture.loop.watch('/logs');
    await fixture.run(500);
    fixture.source.remove(metrics);
    await fixture.run(100);
    expect(fixture.changes.at(-1)).toEqual({ updates: [], removed: ['/logs/a'] });
    expect(fixture.store.runs()).toEqual([]);
    fixture.source.append(metrics, line(3));
    await fixture.run(100);
    expect(fixture.steps('/logs/a')).toEqual([3]);
  });

  test('counts its watches, and drops what none covers any more', async () => {
    const fixture = create();
    fixture.source.append(metrics, line(0));
    fixture.source.append('/logs/b/metrics.jsonl', line(0));
    const watches = [
      fixture.loop.watch('/logs'),
      fixture.loop.watch('/logs'),
      fixture.loop.watch('/logs/b'),
    ];
    await fixture.run(500);
    watches[0]?.dispose();
    watches[0]?.dispose();
    await fixture.run(100);
    expect(fixture.loop.runs()).toHaveLength(2);
    watches[1]?.dispose();
    await fixture.run(100);
    expect(fixture.loop.runs().map(({ id }) => id)).toEqual(['/logs/b']);
    expect(fixture.changes.at(-1)?.removed).toEqual(['/logs/a']);
  });

  test('tells of a part that it could not read', async () => {
    const fixture = create();
    fixture.source.append(metrics, line(0));
    fixture.loop.watch('/logs');
    await fixture.run(500);
    fixture.changes.length = 0;
    fixture.source.append(metrics, encode('Killed\n'));
    await fixture.run(100);
    expect(fixture.changes).toHaveLength(1);
    expect(fixture.store.skipped('/logs/a')).toEqual({
      count: 1,
      examples: [{ file: metrics, byteStart: 20, byteEnd: 26, reason: 'not a JSON object' }],
    });
  });

  test('settles at once when nothing is watched, and when disposed', async () => {
    const fixture = create();
    await fixture.loop.settled();
    fixture.source.append(metrics, line(0));
    fixture.loop.watch('/logs');
    const settled = fixture.loop.settled();
    fixture.loop.dispose();
    await settled;
    expect(fixture.changes).toEqual([]);
  });
});
