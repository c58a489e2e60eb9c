import { relative } from 'node:path';

import { describe, expect, test } from 'vitest';

import { systemClock } from '../../../../server/src/base/clock.ts';
import { silentLogger } from '../../../../server/src/base/logger.ts';
import { IngestLoop } from '../../../../server/src/ingest/ingestLoop.ts';
import { MetricStore } from '../../../../server/src/store/metricStore.ts';
import { LogCorpus } from '../../../support/logCorpus.ts';

/** One line of EXPECTED_RUNS.jsonl: what the event files of one folder hold together. */
interface ExpectedRun {
  readonly run: string;
  readonly event_files: readonly string[];
  readonly metrics: Readonly<Record<string, ExpectedMetric>>;
}

interface ExpectedMetric {
  readonly count: number;
  readonly sum_finite: number;
  readonly nan: number;
  readonly inf: number;
}

const corpus = new LogCorpus(['tfevents']);
const expected = corpus.truth<ExpectedRun>('EXPECTED_RUNS.jsonl');

/** What the store holds of a metric, in the words of the truth. */
function summarize(store: MetricStore, run: string, metric: string): ExpectedMetric {
  const series = store.series(run, metric);
  const found = { count: series?.length ?? 0, sum_finite: 0, nan: 0, inf: 0 };
  for (let index = 0; index < found.count; index += 1) {
    const value = series?.values.at(index) ?? Number.NaN;
    if (Number.isFinite(value)) found.sum_finite += value;
    else if (Number.isNaN(value)) found.nan += 1;
    else found.inf += 1;
  }
  return found;
}

describe.skipIf(!corpus.isPresent)('the runs of the corpus', () => {
  test('are those of the truth, each folder with event files one, and hold its sums', async () => {
    const store = new MetricStore();
    const logger = silentLogger;
    const loop = new IngestLoop({ store, clock: systemClock, logger, polling: false });
    loop.watch(corpus.place('tfevents'));
    await loop.settled();
    const found = loop
      .runs()
      .filter(({ files }) => files.some((file) => file.format === 'tensorboard'));
    loop.dispose();
    const shown = expected.filter(({ metrics }) => Object.keys(metrics).length > 0);
    expect(found.map(({ path }) => relative(corpus.place('.'), path)).sort()).toEqual(
      shown.map(({ run }) => run).sort(),
    );
    let series = 0;
    for (const { run, metrics, event_files: files } of shown) {
      const id = corpus.place(run);
      const read = found
        .find((each) => each.id === id)
        ?.files.map(({ path }) => relative(id, path));
      expect(read).toEqual(expect.arrayContaining([...files]));
      expect(store.metrics(id)).toEqual(Object.keys(metrics).sort());
      for (const [metric, truth] of Object.entries(metrics)) {
        const { sum_finite: sum, ...counts } = summarize(store, id, metric);
        expect(truth).toMatchObject(counts);
        expect(Math.abs(sum - truth.sum_finite)).toBeLessThanOrEqual(
          1e-9 * Math.abs(truth.sum_finite),
        );
        series += 1;
      }
    }
    process.stdout.write(`Runs: ${expected.length} folders, ${series} series.\n`);
  }, 60_000);
});
