import { afterEach, describe, expect, test } from 'vitest';

import { silentLogger } from '../../../server/src/base/logger.ts';
import { type IngestChange, IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import type { SnapshotFormat } from '../../../server/src/readers/snapshotFormat.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { MemoryLogSource } from '../../support/memoryLogSource.ts';

/** `P 5: 3 2 1.` is progress 5 with the losses 3, 2 and 1; without the full stop it is half written. */
const losses: SnapshotFormat = {
  name: 'trainer-state',
  description: 'for this test',
  detect: (_name, head) => (head.length === 0 ? Number.NaN : Number(head[0] === 0x50)),
  *read(bytes, _path, sink) {
    const match = /^P (\d+):(.*)\.$/.exec(new TextDecoder().decode(bytes));
    const values = (match?.[2] ?? '1 2').trim().split(' ').map(Number);
    sink.unit(0, bytes.length);
    for (const [step, value] of values.entries()) sink.point('loss', step, Number.NaN, value);
    yield;
    return match ? { isWhole: true, progress: Number(match[1]) } : { isWhole: false };
  },
  examples: [],
};

class Fixture {
  readonly clock = new ManualClock();
  readonly source = new MemoryLogSource(this.clock);
  readonly store = new MetricStore();
  readonly changes: IngestChange[] = [];
  readonly loop: IngestLoop;

  constructor() {
    const { store, clock, source } = this;
    this.loop = new IngestLoop({
      ...{ store, clock, source, logger: silentLogger, polling: false },
      detectSnapshot: (name, head) => {
        const confidence = losses.detect(name, head);
        if (Number.isNaN(confidence)) return 'undecided';
        return confidence > 0 ? losses : undefined;
      },
    });
    this.loop.onDidChange((change) => this.changes.push(change));
    this.loop.watch('/out');
  }

  async write(path: string, text: string): Promise<void> {
    this.source.overwrite(path, new TextEncoder().encode(text));
    await this.run(100);
  }

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      this.clock.advance(10);
      await new Promise<void>((resume) => setImmediate(resume));
    }
  }

  get values(): readonly (number | undefined)[] {
    const series = this.store.series('/out', 'loss');
    return Array.from({ length: series?.length ?? 0 }, (_, index) => series?.values.at(index));
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

const file = '/out/trainer_state.json';

describe('a file that is rewritten as a whole', () => {
  test('is replaced at once, and only what is new counts as new', async () => {
    const fixture = create();
    await fixture.write(file, 'P 1: 3 2.');
    expect(fixture.values).toEqual([3, 2]);
    await fixture.write(file, 'P 2: 3 2 1.');
    expect(fixture.values).toEqual([3, 2, 1]);
    expect(fixture.changes.at(-1)?.updates).toMatchObject([
      { changed: new Map([['loss', 2]]), reset: false },
    ]);
    await fixture.write(file, 'P 3: 9.');
    expect(fixture.values).toEqual([9]);
    expect(fixture.changes.at(-1)?.updates).toMatchObject([{ reset: true }]);
  });

  test('keeps what was known while it is half written or empty', async () => {
    const fixture = create();
    await fixture.write(file, 'P 1: 3 2.');
    const { length } = fixture.changes;
    await fixture.write(file, 'P 2: 3 2');
    await fixture.write(file, '');
    expect(fixture.values).toEqual([3, 2]);
    expect(fixture.changes).toHaveLength(length);
    await fixture.write(file, 'P 2: 3 2 1.');
    expect(fixture.values).toEqual([3, 2, 1]);
  });

  test('that is half written at first makes no run', async () => {
    const fixture = create();
    await fixture.write(file, 'P 2: 3 2');
    await fixture.run(3000);
    expect(fixture.loop.runs()).toEqual([]);
    expect(fixture.store.runs()).toEqual([]);
  });

  test('counts only where no other of its run has come further', async () => {
    const fixture = create();
    await fixture.write('/out/checkpoint-20/trainer_state.json', 'P 20: 3 2.');
    await fixture.write('/out/checkpoint-10/trainer_state.json', 'P 10: 3.');
    expect(fixture.values).toEqual([3, 2]);
    await fixture.write('/out/checkpoint-30/trainer_state.json', 'P 30: 3 2 1.');
    expect(fixture.values).toEqual([3, 2, 1]);
    await fixture.write(file, 'P 30: 3 2 1 1.5.');
    expect(fixture.values).toEqual([3, 2, 1, 1.5]);
    expect(fixture.loop.runs()).toMatchObject([{ id: '/out', files: { length: 4 } }]);
  });

  test('gives way to the next of its run when it is deleted', async () => {
    const fixture = create();
    for (const step of [10, 20, 30]) {
      const values = [3, 2, 1].slice(0, step / 10).join(' ');
      await fixture.write(`/out/checkpoint-${step}/trainer_state.json`, `P ${step}: ${values}.`);
    }
    fixture.source.remove('/out/checkpoint-30/trainer_state.json');
    await fixture.run(100);
    expect(fixture.values).toEqual([3, 2]);
    fixture.source.remove('/out/checkpoint-10/trainer_state.json');
    await fixture.run(100);
    expect(fixture.values).toEqual([3, 2]);
    fixture.source.remove('/out/checkpoint-20/trainer_state.json');
    await fixture.run(100);
    expect(fixture.loop.runs()).toEqual([]);
  });

  test('becomes a log that grows when its content says so', async () => {
    const fixture = create();
    await fixture.write('/out/metrics.json', 'P 1: 3 2.');
    await fixture.write(
      '/out/metrics.json',
      '{"iteration":1,"loss":5}\n{"iteration":2,"loss":4}\n',
    );
    expect(fixture.values).toEqual([5, 4]);
    await fixture.write('/out/metrics.json', 'P 1: 3 2.');
    expect(fixture.values).toEqual([3, 2]);
  });

  test('may have been a log that grows, which is whole again after it was empty', async () => {
    const fixture = create();
    const lines = '{"iteration":1,"loss":5}\n{"iteration":2,"loss":4}\n';
    await fixture.write('/out/metrics.json', lines);
    await fixture.write('/out/metrics.json', '');
    await fixture.write('/out/metrics.json', `${lines}{"iteration":3,"loss":3}\n`);
    expect(fixture.values).toEqual([5, 4, 3]);
  });

  test('resets nothing when a copy goes that does not count', async () => {
    const fixture = create();
    await fixture.write('/out/checkpoint-20/trainer_state.json', 'P 20: 3 2.');
    await fixture.write('/out/checkpoint-10/trainer_state.json', 'P 10: 3.');
    fixture.source.remove('/out/checkpoint-10/trainer_state.json');
    await fixture.run(100);
    expect(fixture.changes.at(-1)?.updates).toMatchObject([
      { run: { files: { length: 1 } }, reset: false },
    ]);
    expect(fixture.values).toEqual([3, 2]);
  });
});
