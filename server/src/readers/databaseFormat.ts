import type { PointSink } from './logFormat.ts';

/** A value of a database, as SQLite has them. */
export type Cell = number | bigint | string | Uint8Array | null;

/** A database that is open for reading. */
export interface Database {
  /**
   * The rows that a SELECT gives, by the names of its columns. Ask for at most some thousand rows at
   * once: while they are read, a training that writes has to wait.
   */
  rows(
    sql: string,
    ...parameters: readonly (number | string)[]
  ): readonly Readonly<Record<string, Cell>>[];
}

/** Where the runs of a database go. Its units are rows, not bytes: from one row to the next. */
export interface DatabaseSink {
  /** The run with this key within the database; `name` is what people call it. */
  run(key: string, name: string): PointSink;
}

/** The resumable state of reading one database. */
export interface DatabaseReader {
  /**
   * Takes what is new, some thousand rows at a time: `more` where rows are left for the next call,
   * `rewritten` where rows that were taken have gone or changed their order, so that a new reader
   * has to begin anew.
   */
  read(database: Database, sink: DatabaseSink): 'done' | 'more' | 'rewritten';
}

/** A kind of database with metrics. Pure but for what it asks the database; may throw what that throws. */
export interface DatabaseFormat {
  readonly name: string;
  /** For the manual. */
  readonly description: string;
  /** Whether a database with these tables, each with the names of its columns, is of this format. */
  matches(tables: ReadonlyMap<string, readonly string[]>): boolean;
  createReader(): DatabaseReader;
}
