import { afterEach, describe, expect, test } from 'vitest';

import type { Disposable } from '../../../server/src/base/disposable.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { fail, type Result } from '../../../server/src/base/result.ts';
import { type IngestChange, IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import type {
  LogFile,
  LogListener,
  LogSource,
  OpenFailure,
} from '../../../server/src/ingest/logSource.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { MemoryLogSource } from '../../support/memoryLogSource.ts';

const path = '/logs/a/metrics.jsonl';
const run = '/logs/a';
const line = (step: number): string => `{"step":${step},"loss":${step / 2}}\n`;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (from: number, to: number): Uint8Array => encode(range(from, to).map(line).join(''));

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Files in memory on a disk that has its troubles. */
class TroubledSource implements LogSource {
  readonly memory: MemoryLogSource;
  /** Why no file can be opened just now. */
  failure: OpenFailure | undefined;
  /** How many turns of the event loop a read takes. */
  latency = 0;
  /** Called before each read, with how many there were before it. */
  beforeRead: (count: number) => void = () => undefined;
  #reads = 0;

  constructor(clock: ManualClock) {
    this.memory = new MemoryLogSource(clock);
  }

  watch(root: string, listener: LogListener): Disposable {
    return this.memory.watch(root, listener);
  }

  realPath(of: string): Promise<string> {
    return this.memory.realPath(of);
  }

  async open(name: string): Promise<Result<LogFile, OpenFailure>> {
    if (this.failure) return fail(this.failure);
    const opened = await this.memory.open(name);
    if (!opened.ok) return opened;
    const { identity, size, modifiedAt, close } = opened.value;
    const read = async (target: Uint8Array, offset: number): Promise<number> => {
      this.beforeRead(this.#reads);
      this.#reads += 1;
      for (let turn = 0; turn < this.latency; turn += 1) await nextTurn();
      // What an open file holds may have changed since it was opened.
      const now = await this.memory.open(name);
      return now.ok && now.value.identity === identity ? now.value.read(target, offset) : 0;
    };
    return { ok: true, value: { identity, size, modifiedAt, close, read } };
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}

class Fixture {
  readonly clock = new ManualClock();
  readonly source = new TroubledSource(this.clock);
  readonly store = new MetricStore();
  readonly changes: IngestChange[] = [];
  readonly loop: IngestLoop;

  constructor() {
    const { store, clock, source } = this;
    this.loop = new IngestLoop({ store, clock, source, logger: silentLogger, polling: false });
    this.loop.onDidChange((change) => this.changes.push(change));
  }

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      this.clock.advance(10);
      await nextTurn();
    }
  }

  async settle(): Promise<void> {
    let isSettled = false;
    const settled = this.loop.settled().then(() => {
      isSettled = true;
    });
    while (!isSettled) await this.run(10);
    await settled;
  }

  steps(): readonly number[] {
    const series = this.store.series(run, 'loss');
    return Array.from({ length: series?.length ?? 0 }, (_, index) => series?.steps.at(index) ?? -1);
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

describe('tailing on a disk that has its troubles', () => {
  test('a slow disk: nothing is lost that comes while a read is under way', async () => {
    const fixture = create();
    fixture.source.latency = 20;
    fixture.source.memory.append(path, lines(0, 10));
    fixture.loop.watch('/logs');
    for (const step of range(10, 60)) {
      fixture.source.memory.append(path, encode(line(step)));
      await fixture.run(10);
    }
    await fixture.settle();
    expect(fixture.steps()).toEqual(range(0, 60));
    expect(fixture.changes.length).toBeLessThanOrEqual(15);
  });

  test('a file that may not be read yet: told of, and read once it may', async () => {
    const fixture = create();
    fixture.source.failure = { kind: 'unreadable', message: 'EACCES: permission denied' };
    fixture.source.memory.append(path, lines(0, 3));
    fixture.loop.watch('/logs');
    await fixture.settle();
    expect(fixture.steps()).toEqual([]);
    expect(fixture.changes.at(-1)?.problems?.[0]?.message).toContain('permission denied');
    fixture.source.failure = undefined;
    fixture.source.memory.append(path, lines(3, 4));
    await fixture.settle();
    expect(fixture.steps()).toEqual([0, 1, 2, 3]);
    expect(fixture.changes.at(-1)?.problems).toEqual([]);
  });

  test('a file whose permission is taken away for a while', async () => {
    const fixture = create();
    fixture.source.memory.append(path, lines(0, 3));
    fixture.loop.watch('/logs');
    await fixture.settle();
    fixture.source.failure = { kind: 'unreadable', message: 'EACCES: permission denied' };
    fixture.source.memory.append(path, lines(3, 4));
    await fixture.settle();
    fixture.source.failure = undefined;
    fixture.source.memory.append(path, lines(4, 6));
    await fixture.settle();
    expect(fixture.steps()).toEqual(range(0, 6));
  });

  // Large enough for several blocks, so that there is a middle.
  test.each([
    ['replaced', (source: MemoryLogSource) => source.replace(path, lines(500_000, 500_010))],
    ['written anew in place', (source: MemoryLogSource) => source.overwrite(path, lines(7, 17))],
    ['cut to nothing', (source: MemoryLogSource) => source.overwrite(path, encode(''))],
    ['deleted', (source: MemoryLogSource) => source.remove(path)],
    [
      'written anew in place, longer than before',
      (source: MemoryLogSource) => source.overwrite(path, lines(1_000_000, 1_100_000)),
    ],
  ])(
    'a file that is %s while it is being read',
    async (_, change) => {
      for (const at of [0, 1, 2, 3]) {
        const fixture = create();
        fixture.source.memory.append(path, lines(0, 80_000));
        fixture.source.beforeRead = (count) => {
          if (count === at) change(fixture.source.memory);
        };
        fixture.loop.watch('/logs');
        await fixture.settle();
        await fixture.run(2000);
        await fixture.settle();
        const tailed = fixture.steps();
        const fresh = create();
        const opened = await fixture.source.memory.open(path);
        if (opened.ok) {
          const bytes = new Uint8Array(opened.value.size);
          await opened.value.read(bytes, 0);
          fresh.source.memory.append(path, bytes);
          fresh.loop.watch('/logs');
          await fresh.settle();
        }
        expect(tailed.length).toBe(fresh.steps().length);
        expect(tailed).toEqual(fresh.steps());
      }
    },
    60_000,
  );
});
