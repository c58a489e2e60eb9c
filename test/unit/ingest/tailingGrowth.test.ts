import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { silentLogger } from '../../../server/src/base/logger.ts';
import { createRandom, type Random } from '../../../server/src/base/random.ts';
import { IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import { isLogCandidate } from '../../../server/src/ingest/runLayout.ts';
import { logFormats } from '../../../server/src/readers/registry.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { LogCorpus } from '../../support/logCorpus.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { MemoryLogSource } from '../../support/memoryLogSource.ts';

interface LogToGrow {
  readonly path: string;
  readonly load: () => Uint8Array;
}

/** Larger files of the corpus would take long, and grow no differently. */
const maximumBytes = 200_000;
const fixtureFolder = fileURLToPath(new URL('../../fixtures/logs/', import.meta.url));

/** A whole ingest over files in memory, with a clock that the test moves. */
class Fixture {
  readonly clock = new ManualClock();
  readonly source = new MemoryLogSource(this.clock);
  readonly store = new MetricStore();
  readonly loop: IngestLoop;

  constructor() {
    const { store, clock, source } = this;
    this.loop = new IngestLoop({ store, clock, source, logger: silentLogger, polling: false });
    this.loop.watch('/logs');
  }

  async settle(): Promise<void> {
    let isSettled = false;
    const settled = this.loop.settled().then(() => {
      isSettled = true;
    });
    while (!isSettled) {
      this.clock.advance(10);
      await new Promise<void>((resume) => setImmediate(resume));
    }
    await settled;
  }

  /** Lets the file come to rest, so that its last line is taken. */
  async finish(): Promise<void> {
    await this.settle();
    for (const ms of [2000, 700_000, 1000]) {
      this.clock.advance(ms);
      await this.settle();
    }
  }

  /** Everything that the store says of every run, but for where the chunks of its points begin. */
  contents(): unknown {
    return this.store.runs().map((run) => ({
      run,
      skipped: this.store.skipped(run),
      metrics: this.store.metrics(run).map((name) => {
        const series = this.store.series(run, name);
        const indices = Array.from({ length: series?.length ?? 0 }, (_, index) => index);
        return {
          name,
          sessions: [...(series?.sessions ?? [])],
          points: indices.map((index) => [
            series?.steps.at(index),
            series?.wallTimes.at(index),
            series?.values.at(index),
          ]),
          provenance: indices.map((index) => this.store.provenance(run, name, index)),
        };
      }),
    }));
  }
}

async function readWhole(path: string, bytes: Uint8Array): Promise<unknown> {
  const fixture = new Fixture();
  fixture.source.append(path, bytes);
  await fixture.finish();
  const contents = fixture.contents();
  fixture.loop.dispose();
  return contents;
}

/** Lets a file grow in pieces, with pauses of the writer that are shorter than the end of a file. */
async function readGrowing(path: string, bytes: Uint8Array, random: Random): Promise<unknown> {
  const fixture = new Fixture();
  const cuts = Array.from({ length: 12 }, () => Math.floor(random.uniform() * bytes.length));
  const sizes = [...cuts.sort((first, second) => first - second), bytes.length];
  for (const [index, size] of sizes.entries()) {
    fixture.source.append(path, bytes.subarray(sizes[index - 1] ?? 0, size));
    if (random.uniform() < 0.8) await fixture.settle();
    if (random.uniform() < 0.3) fixture.clock.advance(2000);
  }
  await fixture.finish();
  const contents = fixture.contents();
  fixture.loop.dispose();
  return contents;
}

async function expectSameStore(logs: readonly LogToGrow[], growths: number): Promise<number> {
  let points = 0;
  for (const { path, load } of logs) {
    const bytes = load();
    const whole = await readWhole(path, bytes);
    points += JSON.stringify(whole).length;
    for (let growth = 0; growth < growths; growth += 1) {
      const grown = await readGrowing(path, bytes, createRandom(growth, path));
      expect([path, grown]).toEqual([path, whole]);
    }
  }
  return points;
}

function fixtureLogs(): readonly LogToGrow[] {
  if (!existsSync(fixtureFolder)) return [];
  return readdirSync(fixtureFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.split(sep).includes('logs'))
    .filter((name) => statSync(join(fixtureFolder, name)).isFile() && isLogCandidate(`/${name}`))
    .filter((name) => !/\.json$|dvc\.yaml$/.test(name))
    .map((name) => ({
      path: `/logs/${name.split(sep).join('/')}`,
      load: () => new Uint8Array(readFileSync(join(fixtureFolder, name))),
    }));
}

test('the examples of every format give the same store at once as in growth', async () => {
  const examples = logFormats.flatMap((format) => format.examples);
  const logs = examples.map(({ fileName, bytes }) => ({ path: `/logs/${fileName}`, load: bytes }));
  expect(await expectSameStore(logs, 10)).toBeGreaterThan(0);
}, 120_000);

test('logs of real writers give the same store at once as in growth', async () => {
  const logs = fixtureLogs();
  expect(logs.length).toBeGreaterThan(8);
  expect(await expectSameStore(logs, 10)).toBeGreaterThan(0);
}, 120_000);

test('logs of the corpus give the same store at once as in growth', async () => {
  const corpus = new LogCorpus([]);
  const logs = corpus
    .list()
    .filter((path) => isLogCandidate(`/${path}`) && !/\.json$|\.db$/.test(path))
    .map((path) => ({ path: `/logs/${path}`, load: () => corpus.load(path) }))
    .filter(({ load }) => load().length <= maximumBytes);
  await expectSameStore(logs, 2);
  process.stdout.write(`${logs.length} files of the corpus grew as they were read.\n`);
  expect(logs.length > 0).toBe(corpus.isPresent);
}, 300_000);
