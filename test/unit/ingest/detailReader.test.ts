import { rmSync } from 'node:fs';

import { afterEach, describe, expect, test } from 'vitest';

import { CancellationSource, neverCancelled } from '../../../server/src/base/cancellation.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { querySeries } from '../../../server/src/store/seriesQuery.ts';
import { IngestFixture } from '../../support/ingestFixture.ts';
import { MlflowWriter } from '../../support/metricDatabases.ts';

const small = 400_000;
const count = 50_000;
const loss = (step: number): number => Math.sin(step) * step;
const other = (step: number): number => Math.cos(step);
const range = { from: 1000, to: 1500 };

const fixtures: { dispose(): void }[] = [];

afterEach(() => {
  for (const fixture of fixtures.splice(0)) fixture.dispose();
});

/** A loop whose store has room for a part of the points only. */
function create(bytes = small): { readonly fixture: IngestFixture; readonly store: MetricStore } {
  const store = new MetricStore(bytes);
  const fixture = new IngestFixture({ store });
  fixtures.push(fixture);
  return { fixture, store };
}

function valuesOf(store: MetricStore, runId: string, name: string): readonly number[] {
  const series = store.series(runId, name);
  const found = series && querySeries(series, { ...range, pixels: 800 });
  return found && !found.dropped ? found.values : [];
}

const rangeOf = (value: (step: number) => number): readonly number[] =>
  Array.from({ length: 501 }, (_, at) => value(1000 + at));

function jsonLines(from: number, to: number, value = loss): string {
  const lines: string[] = [];
  for (let step = from; step < to; step += 1) {
    lines.push(`{"step": ${step}, "loss": ${value(step)}, "other": ${other(step)}}\n`);
  }
  return lines.join('');
}

async function watchLines(
  bytes?: number,
): Promise<ReturnType<typeof create> & { readonly runId: string }> {
  const made = create(bytes);
  made.fixture.folder.write('out/metrics.jsonl', jsonLines(0, count));
  await made.fixture.watch();
  return { ...made, runId: made.fixture.folder.path('out') };
}

describe('points that went out of memory', () => {
  test('come back from a file that grows, for all series that are asked for', async () => {
    const { fixture, store, runId } = await watchLines(2 * small);
    expect(valuesOf(store, runId, 'loss')).toEqual([]);
    const names = ['loss', 'other'];
    expect(await fixture.loop.restore({ runId, names, ...range }, neverCancelled)).toBe('exact');
    expect(valuesOf(store, runId, 'loss')).toEqual(rangeOf(loss));
    expect(valuesOf(store, runId, 'other')).toEqual(rangeOf(other));
    expect(store.bytes).toBeLessThanOrEqual(2.4 * small);
    fixture.folder.append('out/metrics.jsonl', jsonLines(count, count + 10));
    await fixture.touch('out/metrics.jsonl');
    expect(store.series(runId, 'loss')?.values.at(-1)).toBe(loss(count + 9));
  });

  test('come back with steps counted through the epochs', async () => {
    const { fixture, store } = create();
    const lines = Array.from({ length: count }, (_, at) => {
      const [epoch, iter] = [1 + Math.floor(at / 100), 1 + (at % 100)];
      return `{"mode": "train", "epoch": ${epoch}, "iter": ${iter}, "loss": ${loss(at + 1)}}\n`;
    });
    fixture.folder.write('out/20200101.log.json', lines.join(''));
    await fixture.watch();
    const [runId = ''] = store.runs();
    expect(store.series(runId, 'loss')?.sessions).toEqual([0]);
    expect(valuesOf(store, runId, 'loss')).toEqual([]);
    const request = { runId, names: ['loss'], ...range };
    expect(await fixture.loop.restore(request, neverCancelled)).toBe('exact');
    expect(valuesOf(store, runId, 'loss')).toEqual(rangeOf(loss));
  });

  test('come back from a file that is rewritten as a whole', async () => {
    const { fixture, store } = create();
    const history = Array.from({ length: count }, (_, step) => ({ step, loss: loss(step) }));
    const state = { epoch: 1, global_step: count, is_world_process_zero: true };
    const text = JSON.stringify({ ...state, log_history: history });
    fixture.folder.write('out/checkpoint-9/trainer_state.json', text);
    await fixture.watch();
    const [runId = ''] = store.runs();
    const [name = ''] = store.metrics(runId).filter((metric) => metric.endsWith('loss'));
    expect(valuesOf(store, runId, name)).toEqual([]);
    const request = { runId, names: [name], ...range };
    expect(await fixture.loop.restore(request, neverCancelled)).toBe('exact');
    expect(valuesOf(store, runId, name)).toEqual(rangeOf(loss));
  });

  test('come back from the run of a database, and from no other', async () => {
    const { fixture, store } = create();
    const writer = new MlflowWriter(fixture.folder.path('mlflow.db'));
    writer.run('aa11', 'one');
    writer.run('bb22', 'two');
    const steps = Array.from({ length: count }, (_, step) => step);
    const rows = steps.flatMap((step) => [
      { run: 'aa11', key: 'loss', step, value: loss(step) },
      { run: 'bb22', key: 'loss', step, value: other(step) },
    ]);
    for (let at = 0; at < rows.length; at += 10_000) writer.log(...rows.slice(at, at + 10_000));
    writer.close();
    await fixture.watch();
    const runId = `${fixture.folder.path('mlflow.db')}/aa11`;
    expect(valuesOf(store, runId, 'loss')).toEqual([]);
    const request = { runId, names: ['loss'], ...range };
    expect(await fixture.loop.restore(request, neverCancelled)).toBe('exact');
    expect(valuesOf(store, runId, 'loss')).toEqual(rangeOf(loss));
  });

  test('stay away where there is no room for them, and where nobody wants them', async () => {
    const { fixture, store, runId } = await watchLines();
    const all = { runId, names: ['loss'], from: 0, to: count };
    expect(await fixture.loop.restore(all, neverCancelled)).toBe('too many');
    const cancellation = new CancellationSource();
    const request = { runId, names: ['loss'], ...range };
    const reading = fixture.loop.restore(request, cancellation.token);
    const later = fixture.loop.restore({ ...request, names: ['other'] }, neverCancelled);
    cancellation.cancel();
    expect(await reading).toBe('unavailable');
    expect(valuesOf(store, runId, 'loss')).toEqual([]);
    expect(await later).toBe('exact');
  });

  test('stay away where the file gives others, and is told of where it cannot be opened', async () => {
    const { fixture, store, runId } = await watchLines();
    const request = { runId, names: ['loss'], ...range };
    fixture.folder.write('out/metrics.jsonl', jsonLines(0, count, other));
    expect(await fixture.loop.restore(request, neverCancelled)).toBe('unavailable');
    expect(valuesOf(store, runId, 'loss')).toEqual([]);
    rmSync(fixture.folder.path('out/metrics.jsonl'));
    expect(await fixture.loop.restore(request, neverCancelled)).toBe('unavailable');
    expect(fixture.loop.problems()).toMatchObject([
      { message: expect.stringMatching(/^Older points cannot be read again\./) },
    ]);
  });
});
