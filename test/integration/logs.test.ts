import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { systemClock } from '../../server/src/base/clock.ts';
import { silentLogger } from '../../server/src/base/logger.ts';
import { IngestLoop } from '../../server/src/ingest/ingestLoop.ts';
import { MetricStore } from '../../server/src/store/metricStore.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';

/** What a generating script says that it logged. */
interface TrueSeries {
  readonly run: string;
  readonly metric: string;
  readonly points: readonly (readonly [step: number, value: number | string])[];
}

const folder = fileURLToPath(new URL('../fixtures/logs/', import.meta.url));
const writers = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(folder, entry.name)).includes('logs'))
  .map(({ name }) => name);

/** These write float32; values written with more digits come back rounded. */
const singlePrecision = /^(?:tensorboard-|visualdl|lightning)/;

function truthOf(writer: string): readonly TrueSeries[] {
  const [, ...lines] = readFileSync(join(folder, writer, 'truth.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line): TrueSeries => JSON.parse(line));
}

/** The folder to watch: the fixture itself, or for databases, which lie there as text, a new one. */
function logsOf(writer: string, workspace: TemporaryWorkspace): string {
  const logs = join(folder, writer, 'logs');
  const dumps = readdirSync(logs).filter((name) => name.endsWith('.sql'));
  for (const dump of dumps) {
    const database = new DatabaseSync(workspace.path(dump.replace(/sql$/, 'db')));
    database.exec(readFileSync(join(logs, dump), 'utf8'));
    database.close();
  }
  return dumps.length > 0 ? workspace.root : logs;
}

test.each(writers)('%s: the store holds what its writer was told to log', async (writer) => {
  using workspace = new TemporaryWorkspace();
  const store = new MetricStore();
  const loop = new IngestLoop({
    store,
    clock: systemClock,
    logger: silentLogger,
    polling: false,
  });
  try {
    loop.watch(logsOf(writer, workspace));
    await loop.settled();
    const truth = truthOf(writer);
    const byName = new Map(loop.runs().map(({ name, id }) => [name, id]));
    expect([...byName.keys()].sort()).toEqual([...new Set(truth.map(({ run }) => run))].sort());
    for (const [name, id] of byName) {
      const metrics = truth.filter(({ run }) => run === name).map(({ metric }) => metric);
      expect([name, store.metrics(id)]).toEqual([name, metrics.sort()]);
      expect(store.skipped(id).count).toBe(0);
    }
    for (const { run, metric, points } of truth) {
      const series = store.series(byName.get(run) ?? '', metric);
      const steps = points.map((_, index) => series?.steps.at(index));
      expect([run, metric, series?.length]).toEqual([run, metric, points.length]);
      expect([run, metric, steps]).toEqual([run, metric, points.map(([step]) => step)]);
      for (const [index, [, value]] of points.entries()) {
        const read = series?.values.at(index) ?? 0;
        const isClose = Math.abs(read - Number(value)) <= 1e-7 * Math.abs(Number(value));
        const isRight = singlePrecision.test(writer) && isClose;
        expect(isRight || Object.is(read, Number(value)), `${read} for ${value}`).toBe(true);
      }
    }
  } finally {
    loop.dispose();
  }
});

test('a restart with purge_step begins a session, and nothing of the one before it is lost', async () => {
  const store = new MetricStore();
  const logs = join(folder, 'tensorboard-torch', 'logs', 'resumed');
  const loop = new IngestLoop({ store, clock: systemClock, logger: silentLogger, polling: false });
  try {
    loop.watch(logs);
    await loop.settled();
    expect(store.series(logs, 'loss')?.sessions).toEqual([0, 20]);
  } finally {
    loop.dispose();
  }
});
