import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, describe, expect, test } from 'vitest';

import { trackio } from '../../../server/src/readers/formats/trackio.ts';
import { IngestFixture } from '../../support/ingestFixture.ts';
import { MlflowWriter, TrackioWriter } from '../../support/metricDatabases.ts';
import { RecordingSink } from '../../support/recordingSink.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const fixtures: { dispose(): void }[] = [];

function create(): IngestFixture {
  const fixture = new IngestFixture();
  fixtures.push(fixture);
  return fixture;
}

/** A database of MLflow's with one run, kept open as by a training. */
function startMlflow(fixture: IngestFixture, journal?: string): MlflowWriter {
  const writer = new MlflowWriter(fixture.folder.path('mlflow.db'), 'latest', journal);
  fixtures.unshift({ dispose: () => writer.database.isOpen && writer.close() });
  writer.run('aa11', 'bold-cat');
  writer.log({ run: 'aa11', key: 'loss', step: 0, value: 4 });
  return writer;
}

afterEach(() => {
  for (const fixture of fixtures.splice(0)) fixture.dispose();
});

describe('an MLflow database', () => {
  test('gives a run for each of its runs, with NaN and the infinities', async () => {
    const fixture = create();
    const writer = startMlflow(fixture);
    writer.run('bb22', 'bold-cat');
    writer.run('cc33', '');
    writer.run('dd44', 'gone', 'deleted');
    writer.log(
      { run: 'aa11', key: 'loss', step: 1, value: Number.NaN },
      { run: 'bb22', key: 'loss', step: 7, value: Number.POSITIVE_INFINITY },
      { run: 'bb22', key: 'val/loss', step: 7, value: Number.NEGATIVE_INFINITY },
      { run: 'cc33', key: 'loss', step: 3, value: 0.5 },
      { run: 'dd44', key: 'loss', step: 1, value: 1 },
    );
    await fixture.watch();
    const path = fixture.folder.path('mlflow.db');
    expect(fixture.loop.runs().map(({ id, name }) => [id, name])).toEqual([
      [`${path}/aa11`, 'mlflow.db/bold-cat'],
      [`${path}/bb22`, 'mlflow.db/bold-cat (bb22)'],
      [`${path}/cc33`, 'mlflow.db/cc33'],
    ]);
    expect(fixture.points(`${path}/aa11`, 'loss')).toEqual([
      [0, 4],
      [1, Number.NaN],
    ]);
    expect(fixture.points(`${path}/bb22`, 'loss')).toEqual([[7, Number.POSITIVE_INFINITY]]);
    expect(fixture.points(`${path}/bb22`, 'val/loss')).toEqual([[7, Number.NEGATIVE_INFINITY]]);
    expect(fixture.store.series(`${path}/aa11`, 'loss')?.wallTimes.at(1)).toBe(1_700_000_000.001);
    expect(fixture.loop.runs()[0]).toMatchObject({
      files: [{ path, format: 'mlflow-database' }],
      modifiedAt: 1_700_000_000_001,
    });
    expect(fixture.loop.problems()).toEqual([]);
  });

  test.each(['delete', 'wal'])('is read on as it grows, with journal mode %s', async (journal) => {
    const fixture = create();
    const writer = startMlflow(fixture, journal);
    await fixture.watch();
    const run = fixture.folder.path('mlflow.db/aa11');
    expect(fixture.points(run, 'loss')).toEqual([[0, 4]]);
    fixture.changes.length = 0;
    writer.log({ run: 'aa11', key: 'loss', step: 1, value: 3 });
    await fixture.touch(journal === 'wal' ? 'mlflow.db-wal' : 'mlflow.db');
    expect(fixture.points(run, 'loss')).toEqual([
      [0, 4],
      [1, 3],
    ]);
    expect(fixture.changes).toMatchObject([
      { updates: [{ changed: new Map([['loss', 1]]), reset: false }], removed: [] },
    ]);
    writer.run('bb22', 'later');
    writer.log({ run: 'bb22', key: 'loss', step: 5, value: 2 });
    await fixture.touch('mlflow.db');
    expect(fixture.loop.runs().map(({ name }) => name)).toEqual([
      'mlflow.db/bold-cat',
      'mlflow.db/later',
    ]);
  });

  test('is in the order of steps and times, also where a step comes late', async () => {
    const fixture = create();
    const writer = startMlflow(fixture);
    const run = fixture.folder.path('mlflow.db/aa11');
    writer.log(
      { run: 'aa11', key: 'loss', step: 2, value: 2 },
      { run: 'aa11', key: 'loss', step: 1, value: 3 },
      { run: 'aa11', key: 'loss', step: 2, value: 1.5, time: 1 },
    );
    await fixture.watch();
    expect(fixture.points(run, 'loss').map(([, value]) => value)).toEqual([4, 3, 1.5, 2]);
    writer.log({ run: 'aa11', key: 'loss', step: 1, value: 2.5 + 1e-9, time: 2_000_000_000_000 });
    await fixture.touch('mlflow.db');
    expect(fixture.points(run, 'loss').map(([step]) => step)).toEqual([0, 1, 1, 2, 2]);
  });

  test('loses a run that is deleted, and has it again once it is restored', async () => {
    const fixture = create();
    const writer = startMlflow(fixture);
    writer.run('bb22', 'other');
    writer.log({ run: 'bb22', key: 'loss', step: 0, value: 1 });
    await fixture.watch();
    const other = fixture.folder.path('mlflow.db/bb22');
    fixture.changes.length = 0;
    writer.database.exec("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = 'bb22'");
    await fixture.touch('mlflow.db');
    expect(fixture.loop.runs().map(({ name }) => name)).toEqual(['mlflow.db/bold-cat']);
    expect(fixture.changes).toEqual([{ updates: [], removed: [other] }]);
    writer.database.exec("UPDATE runs SET lifecycle_stage = 'active', name = 'back'");
    await fixture.touch('mlflow.db');
    // To read all of it anew twice in a row is put off for a while.
    await fixture.until(() => fixture.points(other, 'loss').length > 0);
    expect(fixture.points(other, 'loss')).toEqual([[0, 1]]);
    expect(fixture.loop.runs().map(({ name }) => name)).toEqual([
      'mlflow.db/back',
      'mlflow.db/back (bb22)',
    ]);
  });

  test('of the first schema has neither steps nor a mark of NaN', async () => {
    const fixture = create();
    const writer = new MlflowWriter(fixture.folder.path('old.sqlite'), 'first');
    writer.run('aa11', '');
    const insert = writer.database.prepare('INSERT INTO metrics VALUES (?, ?, ?, ?)');
    insert.run('loss', 2, 1_550_000_000, 'aa11');
    insert.run('loss', 1, 1_550_000_060, 'aa11');
    writer.close();
    await fixture.watch();
    const run = fixture.folder.path('old.sqlite/aa11');
    expect(fixture.points(run, 'loss')).toEqual([
      [0, 2],
      [0, 1],
    ]);
    expect(fixture.store.series(run, 'loss')?.wallTimes.at(-1)).toBe(1_550_000_060);
  });

  test('with more rows than a page gives all of them', async () => {
    const fixture = create();
    const writer = startMlflow(fixture);
    const rows = Array.from({ length: 30_000 }, (_, index) => ({
      run: 'aa11',
      key: index % 2 === 0 ? 'loss' : 'accuracy',
      step: index + 1,
      value: index / 8,
    }));
    writer.log(...rows);
    await fixture.watch();
    const run = fixture.folder.path('mlflow.db/aa11');
    expect(fixture.store.pointCount(run)).toBe(30_001);
    expect(fixture.points(run, 'accuracy').at(-1)).toEqual([30_000, 29_999 / 8]);
  });

  test('holds while its file is empty, and is another one once that is written', async () => {
    const fixture = create();
    startMlflow(fixture).close();
    const other = new MlflowWriter(fixture.folder.path('other.copy'));
    other.run('aa11', 'bold-cat');
    other.log({ run: 'aa11', key: 'loss', step: 0, value: 5 });
    other.run('bb22', 'calm-dog');
    other.log({ run: 'bb22', key: 'loss', step: 0, value: 6 });
    other.close();
    await fixture.watch();
    const path = fixture.folder.path('mlflow.db');
    writeFileSync(path, '');
    await fixture.touch('mlflow.db');
    expect(fixture.points(`${path}/aa11`, 'loss')).toEqual([[0, 4]]);
    expect(fixture.loop.problems()).toEqual([]);
    for (const content of ['no database', readFileSync(fixture.folder.path('other.copy'))]) {
      writeFileSync(path, content);
      await fixture.touch('mlflow.db');
    }
    expect(fixture.points(`${path}/aa11`, 'loss')).toEqual([[0, 5]]);
    expect(fixture.points(`${path}/bb22`, 'loss')).toEqual([[0, 6]]);
  });

  test('that is held is told at once while nothing of it was read, later once it stays held', async () => {
    const fixture = create();
    const { database } = startMlflow(fixture);
    const isHeld = (): boolean => fixture.loop.problems().length > 0;
    database.exec('BEGIN EXCLUSIVE');
    await fixture.watch();
    expect(fixture.loop.problems()).toMatchObject([
      { message: expect.stringMatching(/^Another program holds it/) },
    ]);
    database.exec('COMMIT');
    await fixture.settle(1000);
    expect(fixture.points(fixture.folder.path('mlflow.db/aa11'), 'loss')).toEqual([[0, 4]]);
    expect(isHeld()).toBe(false);
    database.exec('BEGIN EXCLUSIVE');
    await fixture.touch('mlflow.db');
    await fixture.settle(3000);
    expect(isHeld()).toBe(false);
    await fixture.settle(10_000);
    expect(isHeld()).toBe(true);
    database.exec('COMMIT');
  });

  test('takes its runs with it when it goes', async () => {
    const fixture = create();
    startMlflow(fixture).close();
    await fixture.watch();
    rmSync(fixture.folder.path('mlflow.db'));
    await fixture.touch('mlflow.db');
    expect(fixture.loop.runs()).toEqual([]);
    expect(fixture.store.runs()).toEqual([]);
  });
});

describe('a trackio database', () => {
  test('gives what its JSON holds, and goes on as it grows', async () => {
    const fixture = create();
    const writer = new TrackioWriter(fixture.folder.path('vision.db'));
    fixtures.unshift({ dispose: () => writer.close() });
    writer.log('brave', 0, '{"loss": 0.5, "grad": {"norm": "Infinity"}, "note": "hi", "ok": true}');
    writer.log('brave', 1, '{"loss": "NaN", "sample": {"_type": "trackio.image", "width": 8}}');
    writer.logSystem('brave', '{"gpu/0": 12.5}');
    await fixture.watch();
    const run = fixture.folder.path('vision.db/id-brave');
    expect(fixture.loop.runs().map(({ id, name }) => [id, name])).toEqual([
      [run, 'vision.db/brave'],
    ]);
    expect(fixture.store.metrics(run)).toEqual(['grad.norm', 'loss', 'system/gpu/0']);
    expect(fixture.points(run, 'loss')).toEqual([
      [0, 0.5],
      [1, Number.NaN],
    ]);
    expect(fixture.points(run, 'grad.norm')).toEqual([[0, Number.POSITIVE_INFINITY]]);
    expect(fixture.points(run, 'system/gpu/0')).toEqual([[Number.NaN, 12.5]]);
    expect(fixture.store.series(run, 'loss')?.wallTimes.at(0)).toBe(1_767_323_045.25);
    writer.log('brave', 2, '{"loss": -Infinity}');
    writer.log('brave', 3, '{"loss": ');
    await fixture.touch('vision.db-wal');
    expect(fixture.points(run, 'loss').at(-1)).toEqual([2, Number.NEGATIVE_INFINITY]);
    expect(fixture.store.skipped(run)).toMatchObject({
      count: 1,
      examples: [{ byteStart: 4, byteEnd: 5, reason: 'not a JSON object' }],
    });
  });

  test('is read a few rows at a time where they are large, and without those that are too large', () => {
    const folder = new TemporaryWorkspace();
    const writer = new TrackioWriter(folder.path('vision.db'));
    fixtures.unshift({ dispose: () => folder[Symbol.dispose]() });
    const text = (length: number): string => `{"loss": 1, "text": "${'x'.repeat(length)}"}`;
    for (let step = 0; step < 4; step += 1) writer.log('brave', step, text(400_000));
    writer.log('brave', 4, text(17 * 2 ** 20));
    writer.log('brave', 5, text(1));
    const database = {
      rows: (sql: string, ...parameters: readonly (number | string)[]) =>
        writer.database.prepare(sql).all(...parameters),
    };
    const sink = new RecordingSink();
    const { points, skipped } = sink.recording;
    const reader = trackio.createReader();
    const counts: number[] = [];
    for (let answer = 'more'; answer === 'more'; ) {
      answer = reader.read(database, { run: () => sink });
      counts.push(points.length);
    }
    writer.close();
    expect(counts).toEqual([2, 4, 4, 5]);
    expect(points.map(({ step }) => step)).toEqual([0, 1, 2, 3, 5]);
    expect(skipped).toEqual([{ byteStart: 5, byteEnd: 6, reason: 'JSON longer than 16 MiB' }]);
  });

  test('of the first schema knows runs by project and name', async () => {
    const fixture = create();
    const writer = new TrackioWriter(fixture.folder.path('trackio.db'), 'first');
    writer.log('brave/2', 4, '{"loss": 1}');
    writer.close();
    await fixture.watch();
    expect(fixture.loop.runs()).toMatchObject([
      { id: fixture.folder.path('trackio.db/mine%2Fbrave%2F2'), name: 'trackio.db/mine/brave/2' },
    ]);
  });

  test('loses a run whose rows were deleted', async () => {
    const fixture = create();
    const writer = new TrackioWriter(fixture.folder.path('vision.db'));
    fixtures.unshift({ dispose: () => writer.close() });
    writer.log('brave', 0, '{"loss": 1}');
    writer.log('calm', 0, '{"loss": 2}');
    await fixture.watch();
    writer.database.exec("DELETE FROM metrics WHERE run_name = 'brave'");
    await fixture.touch('vision.db');
    expect(fixture.loop.runs().map(({ name }) => name)).toEqual(['vision.db/calm']);
  });
});

test("SwanLab's index and databases of other programs give nothing, in silence", async () => {
  const fixture = create();
  const index = new DatabaseSync(fixture.folder.path('runs.swanlab'));
  index.exec(`CREATE TABLE project (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE experiment (id INTEGER PRIMARY KEY, run_id TEXT, name TEXT);
    CREATE TABLE tag (id INTEGER PRIMARY KEY, experiment_id INTEGER, name TEXT);
    INSERT INTO tag VALUES (1, 1, 'loss')`);
  index.close();
  const other = new DatabaseSync(fixture.folder.path('optuna.db'));
  other.exec(
    'CREATE TABLE trials (trial_id INTEGER, value FLOAT); INSERT INTO trials VALUES (1, 2)',
  );
  other.close();
  await fixture.watch();
  expect(fixture.loop.runs()).toEqual([]);
  expect(fixture.loop.problems()).toEqual([]);
  expect(fixture.changes).toEqual([]);
});

test('a folder of Aim is named as not readable, once', async () => {
  const fixture = create();
  fixture.folder.write('.aim/VERSION', '3.25.0');
  fixture.folder.write('.aim/run_metadata.sqlite', '');
  fixture.folder.write('.aim/meta/chunks/5f/000012.log', 'step 1: train loss 2.0, val loss 3.0\n');
  await fixture.watch();
  const path = fixture.folder.path('.aim');
  expect(fixture.loop.problems()).toMatchObject([{ path, message: /^The runs of Aim/ }]);
  expect(fixture.changes).toMatchObject([{ updates: [], removed: [], problems: [{ path }] }]);
});
