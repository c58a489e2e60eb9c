import type { Cell, Database } from './databaseFormat.ts';

/** Rows that are asked for at once: a few milliseconds, in which a training that writes has to wait. */
export const pageRows = 2000;

/** The columns of a table; none where there is no such table. */
export function columnsOf(database: Database, table: string): ReadonlySet<string> {
  const rows = database.rows('SELECT name FROM pragma_table_info(?)', table);
  return new Set(rows.map(({ name }) => textOf(name)));
}

/** Whether a table is there with all of these columns. */
export function hasColumns(
  tables: ReadonlyMap<string, readonly string[]>,
  table: string,
  columns: readonly string[],
): boolean {
  const found = tables.get(table);
  return found !== undefined && columns.every((column) => found.includes(column));
}

/** NaN for everything that is no number. */
export function numberIn(cell: Cell | undefined): number {
  return typeof cell === 'number' || typeof cell === 'bigint' ? Number(cell) : Number.NaN;
}

/** The text of a cell; bytes are text too: Python writes `bytes` as a blob whatever the column says. */
export function textOf(cell: Cell | undefined): string {
  if (cell instanceof Uint8Array) return new TextDecoder().decode(cell);
  return typeof cell === 'string' || typeof cell === 'number' ? String(cell) : '';
}
