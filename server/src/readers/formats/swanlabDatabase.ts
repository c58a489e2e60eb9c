import type { DatabaseFormat } from '../databaseFormat.ts';
import { hasColumns } from '../databaseRows.ts';

/**
 * Old SwanLab's runs.swanlab: names of projects, experiments and charts. The values lie in the logs
 * beside it, which are a format of their own.
 */
export const swanlabDatabase: DatabaseFormat = {
  name: 'swanlab-database',
  description: "SwanLab's runs.swanlab: an index without values; these are read from its logs",
  matches: (tables) =>
    hasColumns(tables, 'project', ['id', 'name']) &&
    hasColumns(tables, 'experiment', ['id', 'run_id']) &&
    hasColumns(tables, 'tag', ['id', 'experiment_id', 'name']),
  createReader: () => ({ read: () => 'done' }),
};
