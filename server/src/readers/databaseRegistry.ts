import type { DatabaseFormat } from './databaseFormat.ts';
import { mlflowDatabase } from './formats/mlflowDatabase.ts';
import { swanlabDatabase } from './formats/swanlabDatabase.ts';
import { trackio } from './formats/trackio.ts';

/** Every kind of database with metrics, sorted by name. */
export const databaseFormats: readonly DatabaseFormat[] = [
  mlflowDatabase,
  swanlabDatabase,
  trackio,
];

/** The kind of a database with these tables, each with the names of its columns. */
export function detectDatabase(
  tables: ReadonlyMap<string, readonly string[]>,
): DatabaseFormat | undefined {
  return databaseFormats.find((format) => format.matches(tables));
}
