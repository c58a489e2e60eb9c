import { copyFile, mkdtemp, open, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

import { fail, type Result, succeed } from '../base/result.ts';
import type { Cell } from '../readers/databaseFormat.ts';
import type { DatabaseFailure, DatabaseSource, OpenDatabase } from './databaseSource.ts';
import { isUnopenable, sqliteFailure } from './sqliteFailure.ts';
import { loadSqlite, type SqliteModule } from './sqliteModule.ts';

/** A database is copied to be read only up to this size. */
const maximumCopyBytes = 256 * 2 ** 20;

/**
 * Databases on the disk of this machine, through Node's SQLite. Nothing is ever written beside them:
 * SQLite would put a `-wal` and a `-shm` file beside a database with a write-ahead log even to read
 * it, and leave them there.
 */
export class SqliteSource implements DatabaseSource {
  readonly #load: () => SqliteModule | undefined;
  #sqlite: SqliteModule | undefined;

  constructor(load: () => SqliteModule | undefined = loadSqlite) {
    this.#load = load;
  }

  async open(path: string): Promise<Result<OpenDatabase, DatabaseFailure>> {
    this.#sqlite ??= this.#load();
    const sqlite = this.#sqlite;
    if (!sqlite) return fail({ kind: 'unreadable', message: missingSqlite });
    // SQLite keeps its log beside the file itself, not beside a link to it.
    const real = await realpath(path).catch(() => path);
    try {
      return await openInPlace(sqlite, real);
    } catch (error) {
      if (!isUnopenable(error)) return fail(sqliteFailure(error) ?? unknownFailure(error));
    }
    try {
      return await openCopy(sqlite, real);
    } catch (error) {
      return fail(sqliteFailure(error) ?? unknownFailure(error));
    }
  }
}

const missingSqlite =
  'It is an SQLite database, and the Node that runs Counterweight has no SQLite: Node 22.15, VS Code 1.103 and newer ones have.';

function unknownFailure(error: unknown): DatabaseFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'unreadable', message: `It could not be opened: ${message}.` };
}

/**
 * Opens the database where it lies. With a write-ahead log that its writer has open, as one reader
 * among others; without any, so that SQLite takes it for a file that nobody changes and looks for
 * no log. A log without the index that its writers share is what an interrupted writer, or one who
 * copied the files, left: only a copy can be read without writing that index.
 */
async function openInPlace(
  sqlite: SqliteModule,
  path: string,
): Promise<Result<OpenDatabase, DatabaseFailure>> {
  const [log, index] = await Promise.all([sizeOf(`${path}-wal`), sizeOf(`${path}-shm`)]);
  if (log !== undefined && index !== undefined) return succeed(openShared(sqlite, path));
  const { pageBytes, hasWriteAheadLog } = await readHeader(path);
  if (((await sizeOf(path)) ?? 0) % pageBytes > 0) return fail({ kind: 'busy', message: cut });
  if (!hasWriteAheadLog) return succeed(openShared(sqlite, path));
  if (log !== undefined && log > 0) return openCopy(sqlite, path);
  const before = await stateOf(path);
  const alone = pathToFileURL(path);
  alone.searchParams.set('immutable', '1');
  const database = new sqlite.DatabaseSync(alone, { readOnly: true });
  return succeed(new SqliteDatabase(database, async () => (await stateOf(path)) === before));
}

function openShared(sqlite: SqliteModule, path: string): OpenDatabase {
  const database = new sqlite.DatabaseSync(path, { readOnly: true });
  try {
    // SQLite looks at the file with the first statement only.
    database.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get();
  } catch (error) {
    database.close();
    throw error;
  }
  return new SqliteDatabase(database, async () => true);
}

/** Reads a copy, into which SQLite puts what the log holds, or takes back what was interrupted. */
async function openCopy(
  sqlite: SqliteModule,
  path: string,
): Promise<Result<OpenDatabase, DatabaseFailure>> {
  const sizes = await Promise.all(copiedParts.map((part) => sizeOf(path + part)));
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  if (bytes > maximumCopyBytes) return fail({ kind: 'unreadable', message: interrupted });
  const folder = await mkdtemp(join(tmpdir(), 'counterweight-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const before = await stateOf(path);
    for (const [index, part] of copiedParts.entries()) {
      if (sizes[index] !== undefined) await copyFile(path + part, join(folder, `copy.db${part}`));
    }
    const database = new sqlite.DatabaseSync(join(folder, 'copy.db'));
    const isSame = (await stateOf(path)) === before;
    return succeed(
      new SqliteDatabase(database, async () => {
        await remove();
        return isSame;
      }),
    );
  } catch (error) {
    await remove();
    throw error;
  }
}

const copiedParts = ['', '-wal', '-journal'] as const;

const interrupted =
  'A program that wrote it was interrupted, and it is too large to be mended in a copy. Open it once with the program that writes it.';

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

async function stateOf(path: string): Promise<string> {
  const { size, mtimeNs, ino } = await stat(path, { bigint: true });
  return `${ino}:${size}:${mtimeNs}`;
}

/**
 * What the header says of the file (section 1.3 of SQLite's file format). To be asked before the
 * database is opened: on POSIX systems a program loses its locks on a file when it closes the file.
 */
async function readHeader(
  path: string,
): Promise<{ readonly pageBytes: number; readonly hasWriteAheadLog: boolean }> {
  const handle = await open(path, 'r');
  try {
    const { buffer } = await handle.read(new Uint8Array(4), 0, 4, 16);
    const [high = 0, low = 0, writes, reads] = buffer;
    // 65,536 does not fit into two bytes and is written as 1; 512 is the smallest.
    const pageBytes = Math.max(512, high === 0 && low === 1 ? 2 ** 16 : 256 * high + low);
    return { pageBytes, hasWriteAheadLog: writes === 2 || reads === 2 };
  } finally {
    await handle.close();
  }
}

const cut =
  'It is cut: its last part is not there, as while it is copied. Once it is whole it is read.';

class SqliteDatabase implements OpenDatabase {
  readonly #database: DatabaseSync;
  readonly #finish: () => Promise<boolean>;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, finish: () => Promise<boolean>) {
    this.#database = database;
    this.#finish = finish;
  }

  rows(
    sql: string,
    ...parameters: readonly (number | string)[]
  ): readonly Readonly<Record<string, Cell>>[] {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement.all(...parameters);
  }

  failureOf(error: unknown): DatabaseFailure | undefined {
    return sqliteFailure(error);
  }

  close(): Promise<boolean> {
    this.#statements.clear();
    this.#database.close();
    return this.#finish();
  }
}
