import { afterEach, describe, expect, test } from 'vitest';

import { silentLogger } from '../../../server/src/base/logger.ts';
import { type Result, succeed } from '../../../server/src/base/result.ts';
import { IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import type { LogFile, OpenFailure } from '../../../server/src/ingest/logSource.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { MemoryLogSource } from '../../support/memoryLogSource.ts';

const log = '/logs/train.log';
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const source = 'def train(model):\n    print(model)\n';
const line = (step: number): Uint8Array => encode(`step:${step}/9 train_loss:${step / 2}\n`);

/** Counts the bytes that are read. */
class CountingSource extends MemoryLogSource {
  bytes = 0;

  override async open(path: string): Promise<Result<LogFile, OpenFailure>> {
    const opened = await super.open(path);
    if (!opened.ok) return opened;
    const file = opened.value;
    const read = async (target: Uint8Array, offset: number): Promise<number> => {
      const count = await file.read(target, offset);
      this.bytes += count;
      return count;
    };
    return succeed({ ...file, read });
  }
}

class Fixture {
  readonly clock = new ManualClock();
  readonly source = new CountingSource(this.clock);
  readonly store = new MetricStore();
  readonly loop = new IngestLoop({
    store: this.store,
    clock: this.clock,
    source: this.source,
    logger: silentLogger,
    polling: false,
  });

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      this.clock.advance(10);
      await new Promise<void>((resume) => setImmediate(resume));
    }
  }

  get count(): number {
    return this.store.series(log, 'train_loss')?.length ?? 0;
  }
}

const fixtures: Fixture[] = [];

function create(): Fixture {
  const fixture = new Fixture();
  fixtures.push(fixture);
  fixture.loop.watch('/logs');
  return fixture;
}

afterEach(() => {
  for (const { loop } of fixtures.splice(0)) loop.dispose();
});

describe('a log that begins with kilobytes of other text', () => {
  test('is found by metrics far behind its start', async () => {
    const fixture = create();
    fixture.source.append(log, encode(source.repeat(10_000)));
    fixture.source.append(log, line(1));
    await fixture.run(300);
    expect(fixture.count).toBe(1);
    fixture.source.append(log, line(2));
    await fixture.run(300);
    expect(fixture.count).toBe(2);
  });

  test('is found soon after the first metrics come', async () => {
    const fixture = create();
    fixture.source.append(log, encode(source.repeat(2000)));
    await fixture.run(300);
    expect(fixture.count).toBe(0);
    fixture.source.append(log, line(1));
    await fixture.run(1500);
    expect(fixture.count).toBe(1);
  });

  test('is not read over and over while it grows, nor while it does not', async () => {
    const fixture = create();
    fixture.source.append(log, encode(source.repeat(10_000)));
    const size = source.length * 10_000;
    for (let time = 0; time < 20; time += 1) {
      fixture.source.append(log, encode(source));
      await fixture.run(100);
    }
    // Two seconds of steady growth: a look a second, beside the small heads.
    expect(fixture.source.bytes).toBeLessThan(5 * size);
    await fixture.run(3000);
    const { bytes } = fixture.source;
    await fixture.run(60_000);
    expect(fixture.source.bytes).toBe(bytes);
  });

  test('is taken for a log by its name once it is longer than any head', async () => {
    const fixture = create();
    fixture.source.append(log, encode(source.repeat(40_000)));
    await fixture.run(500);
    fixture.source.append(log, line(1));
    await fixture.run(500);
    expect(fixture.count).toBe(1);
  });
});
