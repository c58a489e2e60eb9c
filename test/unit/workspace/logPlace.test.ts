import { expect, test } from 'vitest';

import { MetricStore } from '../../../server/src/store/metricStore.ts';
import type { KnownRun } from '../../../server/src/workspace/knownRun.ts';
import { lastValuePlaces } from '../../../server/src/workspace/logPlace.ts';
import { skippedNotice } from '../../../server/src/workspace/runSummary.ts';

const id = '/w/version_0';

function runOf(files: Readonly<Record<string, string>>): KnownRun {
  const discovered = {
    ...{ id, path: id, name: 'version_0', modifiedAt: 1 },
    files: Object.entries(files).map(([path, format]) => ({ path, format })),
  };
  return { id, name: 'version_0', configPath: undefined, record: undefined, discovered, time: 1 };
}

/** A store in which each file has a point of `kl`, and one part that could not be read. */
function storeOf(run: KnownRun): MetricStore {
  const store = new MetricStore();
  for (const { path, format } of run.discovered?.files ?? []) {
    const stage = store.stage(id, path, format);
    stage.unit(40, 60);
    stage.point('kl', 1, Number.NaN, 2);
    stage.skipped(4, 5, 'not a JSON object');
    stage.commit();
  }
  return store;
}

test('a value stands in a file of a format; other logs that hold it are named', () => {
  const run = runOf({ [`${id}/metrics.csv`]: 'csv', [`${id}/events.out`]: 'tensorboard' });
  expect(lastValuePlaces(storeOf(run), run, 'kl')).toEqual([
    'Last value: /w/version_0/events.out, bytes 40–60 (tensorboard)',
    'Logged to metrics.csv as well; not counted twice.',
  ]);
});

test('of a database the rows are told, the last one included', () => {
  const run = runOf({ '/w/t.db': 'trackio' });
  const store = storeOf(run);
  expect(lastValuePlaces(store, run, 'kl')).toEqual(['Last value: /w/t.db, rows 40–59 (trackio)']);
  expect(skippedNotice(store.skipped(id), run)).toBe(
    '1 part of the logs could not be read: /w/t.db, row 4: not a JSON object',
  );
});

test('of a file the bytes are told; a metric without values has no place', () => {
  const run = runOf({ '/w/m.jsonl': 'jsonl' });
  const store = storeOf(run);
  expect(skippedNotice(store.skipped(id), run)).toContain('/w/m.jsonl, bytes 4–5: ');
  expect(lastValuePlaces(store, run, 'rec')).toEqual([]);
});
