import type { Result } from '../base/result.ts';
import type { Database } from '../readers/databaseFormat.ts';

/** A database that is open for one look. */
export interface OpenDatabase extends Database {
  /** Why a statement failed, in words, where what was thrown is a failure of the database. */
  failureOf(error: unknown): DatabaseFailure | undefined;
  /**
   * Ends the look. False where the file was changed meanwhile by a program that could not know of
   * it, so that what was read may be wrong.
   */
  close(): Promise<boolean>;
}

export interface DatabaseFailure {
  /** `busy`: it may be readable in a moment, as once another program lets go of it. */
  readonly kind: 'busy' | 'unreadable';
  /** What happened and what to do. */
  readonly message: string;
}

/** Opens databases for reading. */
export interface DatabaseSource {
  open(path: string): Promise<Result<OpenDatabase, DatabaseFailure>>;
}
