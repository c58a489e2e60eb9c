import type { DatabaseSync } from 'node:sqlite';

/** Node's own SQLite. */
export interface SqliteModule {
  readonly DatabaseSync: typeof DatabaseSync;
}

/**
 * Loads Node's SQLite when the first database is met: it is there from Node 22.13 on, and older
 * ones, or an Electron that was built without it, must still read all other logs.
 */
export function loadSqlite(): SqliteModule | undefined {
  const { emitWarning } = process;
  // Until it leaves its trial period, Node prints a warning about it, which means nothing to a
  // person who looks at what this program prints.
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule?.('node:sqlite');
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
