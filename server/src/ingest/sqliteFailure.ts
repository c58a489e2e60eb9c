import type { DatabaseFailure } from './databaseSource.ts';

/** SQLite's result codes (sqlite.org/rescode.html) that mean more here than their own words. */
const codes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  unopenable: 14,
  notADatabase: 26,
};

/** What a failure of SQLite means for a person; undefined for everything else, which is a bug. */
export function sqliteFailure(error: unknown): DatabaseFailure | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const said = error instanceof Error ? error.message : String(error);
  if (code === codes.busy || code === codes.locked) return { kind: 'busy', message: held };
  if (code === codes.corrupt || code === codes.notADatabase) {
    return { kind: 'unreadable', message: `It is damaged (${said}). ${mending}` };
  }
  return { kind: 'unreadable', message: `SQLite could not read it: ${said}.` };
}

/**
 * Whether SQLite may only be unable to read the file where it lies: it would have to write beside
 * it, or to take back what an interrupted writer left.
 */
export function isUnopenable(error: unknown): boolean {
  const code = codeOf(error);
  return code === codes.readOnly || code === codes.inputOutput || code === codes.unopenable;
}

const held = 'Another program holds it and lets nobody read. It is read once that program lets go.';
const mending =
  'What was read before still shows. The command line of SQLite can save what is left: sqlite3 damaged.db .recover.';

/** The result code without the bits that tell more of it. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
