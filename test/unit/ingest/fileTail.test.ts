import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { TailOutcome } from '../../../server/src/ingest/fileTail.ts';
import { LogTail } from '../../../server/src/ingest/logTail.ts';
import { SqliteSource } from '../../../server/src/ingest/sqliteSource.ts';
import { detectFormat, detectSnapshot } from '../../../server/src/readers/detectFormat.ts';
import { logFormats } from '../../../server/src/readers/registry.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import type { RunStage } from '../../../server/src/store/runStage.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { MemoryLogSource } from '../../support/memoryLogSource.ts';
import { bytesField, concatenate, writeEventFile } from '../../support/writeEvents.ts';

const path = '/logs/metrics.jsonl';
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = (step: number): string => `{"step":${step},"loss":${step / 2}}\n`;

const unexpected = (): never => {
  throw new Error('a file that grows is not read anew');
};
const notReplaced = {
  beginAnew: unexpected,
  sinkOf: unexpected,
  complete: unexpected,
  abandon: unexpected,
};

/** One tailed file and the store it fills. */
class Fixture {
  readonly clock = new ManualClock();
  readonly source = new MemoryLogSource(this.clock);
  readonly store = new MetricStore();
  readonly #tail: LogTail;
  #stage: RunStage | undefined;
  discards = 0;

  constructor(file = path) {
    const { source, clock } = this;
    const databases = new SqliteSource();
    this.#tail = new LogTail(file, { source, clock, databases, detectFormat, detectSnapshot });
  }

  async look(): Promise<TailOutcome> {
    const outcome = await this.#tail.advance(
      {
        begin: () => {
          this.#stage = this.store.stage('run', 'file', 'jsonl');
          return this.#stage;
        },
        discard: () => {
          this.discards += 1;
          this.store.removeFile('run', 'file');
        },
        ...notReplaced,
      },
      async () => undefined,
    );
    this.#stage?.commit();
    return outcome;
  }

  steps(): readonly number[] {
    return [...(this.store.series('run', 'loss')?.steps ?? [])];
  }
}

/** Everything the store says of a run, to compare two stores. */
function contents(store: MetricStore): unknown {
  const metrics = store.metrics('run').map((name) => {
    const series = store.series('run', name);
    return {
      name,
      steps: [...(series?.steps ?? [])],
      values: [...(series?.values ?? [])],
      wallTimes: [...(series?.wallTimes ?? [])],
      sessions: [...(series?.sessions ?? [])],
      provenance: Array.from({ length: series?.length ?? 0 }, (_, index) =>
        store.provenance('run', name, index),
      ),
    };
  });
  return { metrics, skipped: store.skipped('run') };
}

describe('FileTail', () => {
  test('reads what was there and then what comes, byte for byte once', async () => {
    const fixture = new Fixture();
    fixture.source.append(path, encode(line(0) + line(1)));
    expect(await fixture.look()).toMatchObject({ state: 'reading', changed: true });
    fixture.source.append(path, encode(line(2)));
    await fixture.look();
    expect(fixture.steps()).toEqual([0, 1, 2]);
    expect(await fixture.look()).toMatchObject({ changed: false, hasMore: false });
    expect(fixture.store.provenance('run', 'loss', 2)).toMatchObject({ byteStart: 0, byteEnd: 61 });
  });

  test('holds an unterminated line back until the file is idle', async () => {
    const fixture = new Fixture();
    fixture.source.append(path, encode(line(0) + '{"step":1,"lo'));
    await fixture.look();
    fixture.source.append(path, encode('ss":2}'));
    const { idleAfterMs } = await fixture.look();
    expect(fixture.steps()).toEqual([0]);
    expect(idleAfterMs).toBe(1000);
    fixture.clock.advance(1000);
    expect(await fixture.look()).not.toHaveProperty('idleAfterMs');
    expect(fixture.steps()).toEqual([0, 1]);
    fixture.source.append(path, encode('\r\n' + line(2)));
    await fixture.look();
    expect(fixture.steps()).toEqual([0, 1, 2]);
    expect(fixture.store.skipped('run').count).toBe(0);
  });

  test('takes the unterminated last line of an old file at once', async () => {
    const fixture = new Fixture();
    fixture.source.append(path, encode(line(0) + line(1).trimEnd()));
    fixture.clock.advance(5000);
    await fixture.look();
    expect(fixture.steps()).toEqual([0, 1]);
  });

  test('takes a last number without its line end only from a file that has ended', async () => {
    const fixture = new Fixture('/logs/metrics.csv');
    fixture.source.append('/logs/metrics.csv', encode('step,loss\n0,4.5\n1,3.2'));
    fixture.clock.advance(5000);
    expect(await fixture.look()).toMatchObject({ idleAfterMs: 595_000 });
    expect(fixture.steps()).toEqual([0]);
    fixture.clock.advance(595_000);
    expect(await fixture.look()).not.toHaveProperty('idleAfterMs');
    expect(fixture.steps()).toEqual([0, 1]);
    fixture.source.append('/logs/metrics.csv', encode('7\n2,2.5\n'));
    await fixture.look();
    expect([...(fixture.store.series('run', 'loss')?.values ?? [])]).toEqual([4.5, 3.27, 2.5]);
    expect(fixture.discards).toBe(1);
  });

  test.each([
    ['cut', (source: MemoryLogSource) => source.overwrite(path, encode(line(5)))],
    ['replaced', (source: MemoryLogSource) => source.replace(path, encode(line(5).repeat(4)))],
    [
      'written anew in place, longer than before',
      (source: MemoryLogSource) => source.overwrite(path, encode(line(5).repeat(4))),
    ],
    [
      'written anew in place, as long as before',
      (source: MemoryLogSource) => source.overwrite(path, encode(line(5).repeat(2))),
    ],
  ])('starts over when the file was %s', async (_, rewrite) => {
    const fixture = new Fixture();
    fixture.source.append(path, encode(line(0) + line(1)));
    await fixture.look();
    fixture.clock.advance(10);
    rewrite(fixture.source);
    await fixture.look();
    expect(fixture.discards).toBe(1);
    expect(new Set(fixture.steps())).toEqual(new Set([5]));
  });

  test('waits for a file to become one that it knows, and gives up on others', async () => {
    const fixture = new Fixture();
    expect(await fixture.look()).toMatchObject({ state: 'missing' });
    fixture.source.append(path, encode('{"ste'));
    expect(await fixture.look()).toMatchObject({ state: 'unknown' });
    fixture.source.append(path, encode('p":1,"loss":2}\n'));
    expect(await fixture.look()).toMatchObject({ state: 'reading' });
    expect(fixture.steps()).toEqual([1]);
    const other = new Fixture();
    other.source.append(path, encode('no log at all\n'.repeat(1000)));
    expect(await other.look()).toMatchObject({ state: 'unknown', hasMore: false });
  });

  test('reads a large file in several looks', async () => {
    const fixture = new Fixture();
    const count = 400_000;
    fixture.source.append(
      path,
      encode(Array.from({ length: count }, (_, step) => line(step)).join('')),
    );
    let looks = 1;
    while ((await fixture.look()).hasMore) looks += 1;
    expect(looks).toBeGreaterThan(1);
    expect(fixture.steps()).toHaveLength(count);
    expect(fixture.steps().at(-1)).toBe(count - 1);
  });

  test('gets past a unit that is larger than one look', async () => {
    const name = '/logs/events.out.tfevents.1';
    const fixture = new Fixture(name);
    const image = concatenate([bytesField(1, encode('image')), bytesField(4, new Uint8Array(1e7))]);
    fixture.source.append(
      name,
      writeEventFile([
        { wallTime: 1, values: [image] },
        { wallTime: 2, step: 7, scalars: { loss: 1 } },
      ]),
    );
    while ((await fixture.look()).hasMore) expect(fixture.discards).toBe(0);
    expect(fixture.steps()).toEqual([7]);
  });

  test.each(logFormats.flatMap((format) => format.examples))(
    'gives the same store from the start as while $fileName grew',
    async ({ fileName, bytes }) => {
      const file = `/logs/${fileName}`;
      const all = bytes();
      const whole = new Fixture(file);
      whole.source.append(file, all);
      whole.clock.advance(700_000);
      await whole.look();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(all.length)),
          fc.array(fc.constantFrom(10, 2000, 700_000)),
          async (cuts, idles) => {
            const tailed = new Fixture(file);
            const sizes = [...cuts.sort((first, second) => first - second), all.length];
            for (const [index, size] of sizes.entries()) {
              tailed.source.append(file, all.subarray(sizes[index - 1] ?? 0, size));
              await tailed.look();
              tailed.clock.advance(idles[index] ?? 10);
              await tailed.look();
            }
            tailed.clock.advance(700_000);
            await tailed.look();
            expect(contents(tailed.store)).toEqual(contents(whole.store));
          },
        ),
        { numRuns: 50 },
      );
      expect(whole.store.pointCount('run')).toBeGreaterThan(0);
    },
  );
});
