import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, describe, expect, test } from 'vitest';

import { loadSqlite } from '../../../server/src/ingest/sqliteModule.ts';
import { SqliteSource } from '../../../server/src/ingest/sqliteSource.ts';
import { IngestFixture } from '../../support/ingestFixture.ts';
import { MlflowWriter } from '../../support/metricDatabases.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const folders: TemporaryWorkspace[] = [];
const ended: { dispose(): void }[] = [];

afterEach(() => {
  for (const each of ended.splice(0)) each.dispose();
  for (const folder of folders.splice(0)) folder[Symbol.dispose]();
});

function createFolder(): TemporaryWorkspace {
  const folder = new TemporaryWorkspace();
  folders.push(folder);
  return folder;
}

/** A connection with one row in its write-ahead log or its file. */
function write(path: string, journal: 'wal' | 'delete'): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(
    `PRAGMA journal_mode = ${journal}; CREATE TABLE numbers (x); INSERT INTO numbers VALUES (7)`,
  );
  return database;
}

/** The values that are read, or what is told instead, and whether the look was sound. */
async function read(path: string): Promise<unknown> {
  const opened = await new SqliteSource().open(path);
  if (!opened.ok) return opened.error;
  try {
    return opened.value.rows('SELECT x FROM numbers').map(({ x }) => x);
  } catch (error) {
    return opened.value.failureOf(error);
  } finally {
    expect(await opened.value.close()).toBe(true);
  }
}

describe('SqliteSource', () => {
  test.each(['wal', 'delete'] as const)(
    'reads beside a writer, journal mode %s',
    async (journal) => {
      const folder = createFolder();
      const path = folder.path('live #1.db');
      const writer = write(path, journal);
      const before = readdirSync(folder.root);
      expect(await read(path)).toEqual([7]);
      writer.exec('INSERT INTO numbers VALUES (8)');
      expect(await read(path)).toEqual([7, 8]);
      expect(readdirSync(folder.root)).toEqual(before);
      writer.close();
      expect(readdirSync(folder.root)).toEqual(['live #1.db']);
    },
  );

  test.each(['wal', 'delete'] as const)(
    'leaves nothing beside one that is closed, journal mode %s',
    async (journal) => {
      const folder = createFolder();
      const path = folder.path('ended?.db');
      write(path, journal).close();
      expect(await read(path)).toEqual([7]);
      expect(readdirSync(folder.root)).toEqual(['ended?.db']);
    },
  );

  test('reads beside the writer of a database that is linked to', async () => {
    const folder = createFolder();
    const writer = write(folder.path('live.db'), 'wal');
    mkdirSync(folder.path('links'));
    symlinkSync(folder.path('live.db'), folder.path('links/link.db'));
    expect(await read(folder.path('links/link.db'))).toEqual([7]);
    writer.close();
  });

  test('reads a write-ahead log that was copied without its index, in a copy', async () => {
    const folder = createFolder();
    const writer = write(folder.path('live.db'), 'wal');
    for (const part of ['', '-wal']) {
      copyFileSync(folder.path(`live.db${part}`), folder.path(`copied.db${part}`));
    }
    writer.close();
    const before = readdirSync(folder.root);
    expect(await read(folder.path('copied.db'))).toEqual([7]);
    expect(readdirSync(folder.root)).toEqual(before);
  });

  test('takes back what an interrupted writer left, in a copy', async () => {
    const folder = createFolder();
    const path = folder.path('live.db');
    const writer = write(path, 'delete');
    // A cache this small writes to the file before the end of the transaction.
    writer.exec('PRAGMA cache_size = 1; BEGIN; UPDATE numbers SET x = 9');
    writer.exec(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO numbers SELECT i FROM n',
    );
    mkdirSync(folder.path('killed'));
    for (const part of ['', '-journal']) {
      copyFileSync(folder.path(`live.db${part}`), folder.path(`killed/live.db${part}`));
    }
    writer.exec('ROLLBACK');
    writer.close();
    expect(await read(folder.path('killed/live.db'))).toEqual([7]);
    expect(readdirSync(folder.path('killed'))).toEqual(['live.db', 'live.db-journal']);
  });

  test('tells of a database that another program holds', async () => {
    const folder = createFolder();
    const writer = write(folder.path('held.db'), 'delete');
    writer.exec('BEGIN EXCLUSIVE');
    expect(await read(folder.path('held.db'))).toMatchObject({ kind: 'busy' });
    writer.exec('ROLLBACK');
    expect(await read(folder.path('held.db'))).toEqual([7]);
    writer.close();
  });

  test('tells of a file that is damaged', async () => {
    const folder = createFolder();
    const path = folder.path('damaged.db');
    write(path, 'delete').close();
    writeFileSync(path, readFileSync(path).fill(7, 100));
    expect(await read(path)).toMatchObject({ kind: 'unreadable', message: /It is damaged/ });
  });

  test('waits for the rest of a file that is cut', async () => {
    const folder = createFolder();
    const path = folder.path('copying.db');
    write(path, 'delete').close();
    const bytes = new Uint8Array(readFileSync(path));
    for (const length of [16, bytes.length - 100]) {
      writeFileSync(path, bytes.subarray(0, length));
      expect(await read(path)).toMatchObject({ kind: 'busy', message: /It is cut/ });
    }
    writeFileSync(path, bytes);
    expect(await read(path)).toEqual([7]);
  });

  test('says what is missing where Node has no SQLite', async () => {
    const opened = await new SqliteSource(() => undefined).open('/nowhere/mlflow.db');
    expect(opened).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('Node 22.15') },
    });
  });

  test('loads SQLite without a word of Node on the console', () => {
    const { emitWarning } = process;
    expect(loadSqlite()).toHaveProperty('DatabaseSync');
    expect(process.emitWarning).toBe(emitWarning);
  });
});

describe('a database that cannot be read', () => {
  async function watch(fixture: IngestFixture): Promise<MlflowWriter> {
    ended.unshift(fixture);
    const writer = new MlflowWriter(fixture.folder.path('mlflow.db'));
    ended.unshift({ dispose: () => writer.close() });
    writer.run('aa11', 'bold-cat');
    writer.log({ run: 'aa11', key: 'loss', step: 0, value: 4 });
    return writer;
  }

  test('that nobody has read yet is told of at once, and read when its program lets go', async () => {
    const fixture = new IngestFixture();
    const writer = await watch(fixture);
    writer.database.exec('BEGIN EXCLUSIVE');
    await fixture.watch();
    const path = fixture.folder.path('mlflow.db');
    expect(fixture.loop.problems()).toMatchObject([{ path, message: /holds it/ }]);
    writer.database.exec('ROLLBACK');
    await fixture.until(() => fixture.loop.problems().length === 0);
    expect(fixture.points(fixture.folder.path('mlflow.db/aa11'), 'loss')).toEqual([[0, 4]]);
  });

  test('keeps what was read of it before it was damaged', async () => {
    const fixture = new IngestFixture();
    await watch(fixture);
    await fixture.watch();
    const path = fixture.folder.path('mlflow.db');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(1, 100));
    await fixture.touch('mlflow.db');
    expect(fixture.changes.at(-1)?.problems).toMatchObject([{ path, message: /It is damaged/ }]);
    expect(fixture.loop.runs()).toHaveLength(1);
  });
});
