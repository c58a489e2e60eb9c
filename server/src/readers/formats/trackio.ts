import type {
  Cell,
  Database,
  DatabaseFormat,
  DatabaseReader,
  DatabaseSink,
} from '../databaseFormat.ts';
import { columnsOf, hasColumns, numberIn, pageRows, textOf } from '../databaseRows.ts';
import type { PointSink } from '../logFormat.ts';
import { isLogRecord, type LogRecord, numberOf, parseLogValue } from '../logRecord.ts';

/** Hugging Face's trackio: a database for each project, a row of JSON for each call of `log`. */
export const trackio: DatabaseFormat = {
  name: 'trackio',
  description: 'trackio databases, with the metrics of the machine under `system/`',
  matches: (tables) =>
    hasColumns(tables, 'metrics', ['id', 'timestamp', 'run_name', 'step', 'metrics']),
  createReader: () => new TrackioReader(),
};

/** Objects nested deeper than this are not metrics. */
const maximumDepth = 16;
/** JSON that is read and parsed at once, in some ten milliseconds: rows may hold whole tables. */
const pageBytes = 2 ** 20;
/** Longer JSON is skipped, as lines of that length are. */
const maximumRowBytes = 16 * 2 ** 20;

class TrackioReader implements DatabaseReader {
  readonly #tables = [new RowReader('metrics', ''), new RowReader('system_metrics', 'system/')];
  #isBetweenLooks = true;

  read(database: Database, sink: DatabaseSink): 'done' | 'more' | 'rewritten' {
    if (this.#isBetweenLooks && this.#tables.some((table) => table.isRewritten(database))) {
      return 'rewritten';
    }
    const hasMore = this.#tables.some((table) => table.readPage(database, sink));
    this.#isBetweenLooks = !hasMore;
    return hasMore ? 'more' : 'done';
  }
}

/** Reads one table in the order of its ids, which are never given twice. */
class RowReader {
  readonly #table: string;
  readonly #prefix: string;
  /** The latest row of each run that was taken, to notice that a run was deleted or renamed. */
  readonly #latest = new Map<string, { readonly row: number; readonly name: string }>();
  #last = 0;

  constructor(table: string, prefix: string) {
    this.#table = table;
    this.#prefix = prefix;
  }

  isRewritten(database: Database): boolean {
    const columns = columnsOf(database, this.#table);
    if (columns.size === 0) return this.#last > 0;
    const sql = `SELECT ${keyColumns(columns)} FROM ${this.#table} WHERE id = ?`;
    return [...this.#latest].some(([key, { row, name }]) => {
      const [found] = database.rows(sql, row);
      const run = found && runOf(found);
      return run?.key !== key || run.name !== name;
    });
  }

  /** Takes the next rows; says whether there may be more. */
  readPage(database: Database, sink: DatabaseSink): boolean {
    const columns = columnsOf(database, this.#table);
    if (columns.size === 0) return false;
    const page = this.#findPage(database);
    const step = columns.has('step') ? 'CAST(step AS REAL)' : 'NULL';
    const rows = database.rows(
      `SELECT id, timestamp, ${step} AS step, ${keyColumns(columns)},
         octet_length(metrics) AS bytes,
         CASE WHEN octet_length(metrics) <= ${maximumRowBytes} THEN metrics END AS metrics
       FROM ${this.#table} WHERE id > ? AND id <= ? ORDER BY id`,
      this.#last,
      page.last,
    );
    for (const row of rows) this.#take(row, sink);
    return page.hasMore;
  }

  /** Where the next rows end, of which there are neither too many nor too large ones. */
  #findPage(database: Database): { readonly last: number; readonly hasMore: boolean } {
    const sizes = database.rows(
      `SELECT id, octet_length(metrics) AS bytes
       FROM ${this.#table} WHERE id > ? ORDER BY id LIMIT ${pageRows}`,
      this.#last,
    );
    let last = this.#last;
    let total = 0;
    for (const { id, bytes } of sizes) {
      total += numberIn(bytes) || 0;
      if (total > pageBytes && last > this.#last) return { last, hasMore: true };
      last = numberIn(id);
    }
    return { last, hasMore: sizes.length === pageRows };
  }

  #take(row: Readonly<Record<string, Cell>>, sink: DatabaseSink): void {
    const id = numberIn(row.id);
    const { key, name } = runOf(row);
    this.#last = id;
    this.#latest.set(key, { row: id, name });
    const points = sink.run(key, name);
    points.unit(id, id + 1);
    if (numberIn(row.bytes) > maximumRowBytes) {
      points.skipped(id, id + 1, 'JSON longer than 16 MiB');
      return;
    }
    const record = parseLogValue(textOf(row.metrics));
    if (!isLogRecord(record)) {
      points.skipped(id, id + 1, 'not a JSON object');
      return;
    }
    const place = { step: numberIn(row.step), wallTime: Date.parse(textOf(row.timestamp)) / 1000 };
    putNumbers(record, this.#prefix, 0, place, points);
  }
}

/** Old databases name a run by its name alone, the oldest hold several projects. */
function keyColumns(columns: ReadonlySet<string>): string {
  const optional = (name: string): string => (columns.has(name) ? name : `NULL AS ${name}`);
  return `${optional('project_name')}, ${optional('run_id')}, run_name`;
}

function runOf(row: Readonly<Record<string, Cell>>): {
  readonly key: string;
  readonly name: string;
} {
  const runName = textOf(row.run_name);
  const project = textOf(row.project_name);
  const name = project === '' ? runName : `${project}/${runName}`;
  return { key: textOf(row.run_id) || name, name: name || textOf(row.run_id) };
}

function putNumbers(
  record: LogRecord,
  prefix: string,
  depth: number,
  place: { readonly step: number; readonly wallTime: number },
  sink: PointSink,
): void {
  for (const [key, value] of Object.entries(record)) {
    const number = numberOf(value);
    if (number !== undefined) sink.point(prefix + key, place.step, place.wallTime, number);
    // Images, tables and the like carry a `_type`: their sizes are not metrics.
    else if (depth < maximumDepth && isLogRecord(value) && typeof value._type !== 'string') {
      putNumbers(value, `${prefix}${key}.`, depth + 1, place, sink);
    }
  }
}
