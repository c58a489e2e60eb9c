import type { Clock } from '../base/clock.ts';
import type { DatabaseFormat, DatabaseReader, DatabaseSink } from '../readers/databaseFormat.ts';
import { detectDatabase } from '../readers/databaseRegistry.ts';
import type { DatabaseFailure, DatabaseSource, OpenDatabase } from './databaseSource.ts';
import type { TailOutcome } from './fileTail.ts';
import type { LogFile } from './logSource.ts';
import type { ReplaceableTarget } from './replacement.ts';

/** A look ends after this long or so many pages, so that one huge database does not hold up others. */
const lookMs = 20;
const lookPages = 64;
/** A database that another program holds is tried again after this long. */
const busyMs = 500;
/** A person is told once one that was read is held for so long: programs hold one for moments only. */
const heldMs = 10_000;
/** After a database was read anew, the time of that so many times over belongs to others. */
const restFactor = 10;

/** How the reading of an open database ended. */
type Reading = 'done' | 'more' | 'rewritten' | 'no metrics';

/** Reads a database as rows come in, each time through a connection of its own. */
export class DatabaseTail {
  readonly #source: DatabaseSource;
  readonly #path: string;
  readonly #clock: Clock;
  #identity: string | undefined;
  #format: DatabaseFormat | undefined;
  #reader: DatabaseReader | undefined;
  /** Since when everything is read anew, to take the place of what was read before. */
  #anewSince: number | undefined;
  #restUntil = 0;
  #busySince: number | undefined;
  /** Whether the last look found rows. */
  #hasNews = false;

  constructor(source: DatabaseSource, path: string, clock: Clock) {
    this.#source = source;
    this.#path = path;
    this.#clock = clock;
  }

  async look(
    file: LogFile,
    target: ReplaceableTarget,
    checkpoint: () => Promise<void>,
  ): Promise<TailOutcome> {
    const { identity, modifiedAt } = file;
    if (this.#identity !== undefined && this.#identity !== identity) this.#startAnew(target);
    this.#identity = identity;
    this.#hasNews = false;
    const state = this.#format ? 'reading' : 'unknown';
    const base = { state, changed: false, hasMore: false, modifiedAt } as const;
    const restMs = this.#restUntil - this.#clock.now();
    if (this.#anewSince !== undefined && restMs > 0) return { ...base, idleAfterMs: restMs };
    const opened = await this.#source.open(this.#path);
    if (!opened.ok) return { ...base, ...this.#describe(opened.error) };
    const reading = await this.#readOnce(opened.value, target, checkpoint);
    if (typeof reading !== 'string') return { ...base, ...this.#describe(reading) };
    this.#busySince = undefined;
    const hasMore = reading === 'more' || reading === 'rewritten';
    return {
      ...base,
      state: reading === 'no metrics' ? 'unknown' : 'reading',
      changed: this.#hasNews,
      hasMore,
    };
  }

  /**
   * Reads the database once more from its first row, with a new reader; `rewritten` where it is not
   * what was read before. Ends early once `isOver`.
   */
  async readOnceMore(
    sinkOf: ReplaceableTarget['sinkOf'],
    isOver: () => boolean,
    checkpoint: () => Promise<void>,
  ): Promise<'done' | 'more' | 'rewritten' | DatabaseFailure> {
    const format = this.#format;
    const reader = format?.createReader();
    if (!format || !reader) return 'rewritten';
    const sink: DatabaseSink = { run: (key, name) => sinkOf(format, { key, name }) };
    let result: 'done' | 'more' | 'rewritten' | DatabaseFailure = 'more';
    while (result === 'more' && !isOver()) {
      const opened = await this.#source.open(this.#path);
      if (!opened.ok) return opened.error;
      const read = () => this.#readPages(opened.value, reader, sink, checkpoint);
      const reading = await this.#readAndClose(opened.value, read);
      result = reading.isSound ? reading.result : 'rewritten';
    }
    return result;
  }

  /** Reads the database and closes it, whatever happens. */
  async #readOnce(
    database: OpenDatabase,
    target: ReplaceableTarget,
    checkpoint: () => Promise<void>,
  ): Promise<Reading | DatabaseFailure> {
    const { result, isSound } = await this.#readAndClose(database, () =>
      this.#read(database, target, checkpoint),
    );
    if (isSound && result !== 'rewritten') {
      if (result === 'done' || result === 'no metrics') this.#finish(target);
      return result;
    }
    this.#startAnew(target);
    return 'rewritten';
  }

  async #readAndClose<T>(
    database: OpenDatabase,
    read: () => Promise<T>,
  ): Promise<{ readonly result: T | DatabaseFailure; readonly isSound: boolean }> {
    let result: T | DatabaseFailure;
    let isSound = true;
    try {
      result = await read();
    } catch (error) {
      const failure = database.failureOf(error);
      if (!failure) throw error;
      result = failure;
    } finally {
      isSound = await database.close();
    }
    return { result, isSound };
  }

  async #read(
    database: OpenDatabase,
    target: ReplaceableTarget,
    checkpoint: () => Promise<void>,
  ): Promise<Reading> {
    this.#format ??= detectDatabase(tablesOf(database));
    const format = this.#format;
    if (!format) return 'no metrics';
    this.#reader ??= format.createReader();
    const sink: DatabaseSink = {
      run: (key, name) => {
        this.#hasNews = true;
        return target.sinkOf(format, { key, name });
      },
    };
    return this.#readPages(database, this.#reader, sink, checkpoint);
  }

  async #readPages(
    database: OpenDatabase,
    reader: DatabaseReader,
    sink: DatabaseSink,
    checkpoint: () => Promise<void>,
  ): Promise<'done' | 'more' | 'rewritten'> {
    const until = this.#clock.now() + lookMs;
    for (let page = 0; page < lookPages && this.#clock.now() <= until; page += 1) {
      const answer = reader.read(database, sink);
      await checkpoint();
      if (answer !== 'more') return answer;
    }
    return 'more';
  }

  #startAnew(target: ReplaceableTarget): void {
    this.#format = undefined;
    this.#reader = undefined;
    this.#anewSince = this.#clock.now();
    target.beginAnew();
  }

  #finish(target: ReplaceableTarget): void {
    if (this.#anewSince === undefined) return;
    const now = this.#clock.now();
    this.#restUntil = now + restFactor * (now - Math.max(this.#anewSince, this.#restUntil));
    this.#anewSince = undefined;
    target.complete();
  }

  #describe({ kind, message }: DatabaseFailure): Pick<TailOutcome, 'problem' | 'idleAfterMs'> {
    if (kind !== 'busy') return { problem: message };
    const now = this.#clock.now();
    this.#busySince ??= now;
    const retry = { idleAfterMs: busyMs };
    // Who looks once, as from a terminal, would be told nothing of a database that was never read.
    const isPatient = this.#format !== undefined && now - this.#busySince < heldMs;
    return isPatient ? retry : { ...retry, problem: message };
  }
}

/** The tables of a database, each with the names of its columns. */
function tablesOf(database: OpenDatabase): ReadonlyMap<string, readonly string[]> {
  // Virtual tables may need modules that are not there.
  const tables = database.rows(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' LIMIT 1000",
  );
  return new Map(
    tables.map(({ name }) => {
      const columns = database.rows('SELECT name FROM pragma_table_info(?)', String(name));
      return [String(name), columns.map((column) => String(column.name))] as const;
    }),
  );
}
