import type { Database, DatabaseFormat, DatabaseReader, DatabaseSink } from '../databaseFormat.ts';
import { columnsOf, hasColumns, numberIn, pageRows, textOf } from '../databaseRows.ts';
import { SortedRows } from '../sortedRows.ts';

/**
 * MLflow's SQLite store. Its metrics have no order of their own: those of one name of a run are put
 * in the order of their steps and times, as MLflow shows them.
 */
export const mlflowDatabase: DatabaseFormat = {
  name: 'mlflow-database',
  description: 'MLflow SQLite stores (mlflow.db), all runs but the deleted ones',
  matches: (tables) =>
    hasColumns(tables, 'runs', ['run_uuid', 'experiment_id']) &&
    hasColumns(tables, 'metrics', ['key', 'value', 'timestamp', 'run_uuid']),
  createReader: () => new MlflowDatabaseReader(),
};

/** What MLflow writes for the infinities, which some databases cannot hold. */
const largest = Number.MAX_VALUE;
/** Times below this are seconds, as MLflow wrote before 1.0: as milliseconds they lie in 1973. */
const earliestMilliseconds = 1e11;

class MlflowDatabaseReader implements DatabaseReader {
  readonly #rows = new SortedRows();
  /** The names of the runs that are shown, by their keys. */
  #names: ReadonlyMap<string, string> = new Map();
  /** Runs whose rows were passed over, as they are deleted. */
  readonly #leftOut = new Set<string>();
  #last: { readonly row: number; readonly run: string; readonly metric: string } | undefined;
  #state: 'between looks' | 'gathering' | 'emitting' = 'between looks';

  read(database: Database, sink: DatabaseSink): 'done' | 'more' | 'rewritten' {
    if (this.#state === 'between looks') {
      if (this.#isRewritten(database, sink)) return 'rewritten';
      this.#state = 'gathering';
    }
    if (this.#state === 'gathering') {
      if (this.#gather(database)) return 'more';
      this.#state = 'emitting';
    }
    const answer = this.#rows.emit((run) => sink.run(run, this.#names.get(run) ?? run));
    if (answer === 'done') this.#state = 'between looks';
    return answer;
  }

  /** Whether runs or rows that were taken have gone, or runs came back that were passed over. */
  #isRewritten(database: Database, sink: DatabaseSink): boolean {
    const names = runNames(database);
    if ([...this.#names.keys()].some((run) => !names.has(run))) return true;
    if ([...this.#leftOut].some((run) => names.has(run))) return true;
    if (!this.#isLastInPlace(database)) return true;
    for (const [run, name] of names) {
      const isRenamed = name !== (this.#names.get(run) ?? name);
      if (isRenamed && this.#rows.has(run)) sink.run(run, name);
    }
    this.#names = names;
    return false;
  }

  #isLastInPlace(database: Database): boolean {
    if (!this.#last) return true;
    const [found] = database.rows(
      'SELECT run_uuid AS run, "key" AS metric FROM metrics WHERE rowid = ?',
      this.#last.row,
    );
    return textOf(found?.run) === this.#last.run && textOf(found?.metric) === this.#last.metric;
  }

  /** Takes the next rows as they were written; says whether there may be more. */
  #gather(database: Database): boolean {
    const columns = columnsOf(database, 'metrics');
    const step = columns.has('step') ? 'CAST(step AS REAL)' : '0';
    const isNotANumber = columns.has('is_nan') ? 'is_nan' : '0';
    const rows = database.rows(
      `SELECT rowid AS place, run_uuid AS run, "key" AS metric, CAST(value AS REAL) AS value,
         ${step} AS step, ${isNotANumber} AS is_nan, CAST(timestamp AS REAL) AS time
       FROM metrics WHERE rowid > ? ORDER BY rowid LIMIT ${pageRows}`,
      this.#last?.row ?? Number.MIN_SAFE_INTEGER,
    );
    this.#meetRuns(new Set(rows.map(({ run }) => textOf(run))), database);
    for (const row of rows) {
      const run = textOf(row.run);
      const place = numberIn(row.place);
      const metric = textOf(row.metric);
      this.#last = { row: place, run, metric };
      if (!this.#names.has(run)) continue;
      const value = row.is_nan ? Number.NaN : finiteOrNot(numberIn(row.value));
      this.#rows.add(run, metric, place, numberIn(row.step), secondsOf(numberIn(row.time)), value);
    }
    return rows.length === pageRows;
  }

  /** Learns of the runs of some rows before any of these is taken, as the database may fail. */
  #meetRuns(runs: ReadonlySet<string>, database: Database): void {
    const isNew = (run: string): boolean => !this.#names.has(run) && !this.#leftOut.has(run);
    const met = [...runs].filter(isNew);
    if (met.length === 0) return;
    // They may have begun after the runs were asked for.
    this.#names = runNames(database);
    for (const run of met.filter(isNew)) this.#leftOut.add(run);
  }
}

function finiteOrNot(value: number): number {
  return Math.abs(value) === largest ? Math.sign(value) * Number.POSITIVE_INFINITY : value;
}

function secondsOf(time: number): number {
  return Math.abs(time) < earliestMilliseconds ? time : time / 1000;
}

/** The names of the runs that are not deleted; of those with the same name, the later get their key. */
function runNames(database: Database): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const [run, given] of givenNames(database)) {
    const name = given === '' ? run : given;
    names.set(run, taken.has(name) ? `${name} (${run.slice(0, 8)})` : name);
    taken.add(name);
  }
  return names;
}

function givenNames(database: Database): readonly (readonly [run: string, name: string])[] {
  const columns = columnsOf(database, 'runs');
  const own = columns.has('name') ? `NULLIF(runs.name, '')` : 'NULL';
  const tag =
    columnsOf(database, 'tags').size > 0
      ? `(SELECT value FROM tags WHERE tags.run_uuid = runs.run_uuid AND tags."key" = 'mlflow.runName')`
      : 'NULL';
  const isShown = columns.has('lifecycle_stage')
    ? `COALESCE(lifecycle_stage, '') <> 'deleted'`
    : '1';
  const result: (readonly [string, string])[] = [];
  let last: number | undefined = Number.MIN_SAFE_INTEGER;
  while (last !== undefined) {
    const rows = database.rows(
      `SELECT rowid AS place, run_uuid AS run, COALESCE(${own}, ${tag}, '') AS name
       FROM runs WHERE rowid > ? AND ${isShown} ORDER BY rowid LIMIT ${pageRows}`,
      last,
    );
    for (const { run, name } of rows) result.push([textOf(run), textOf(name)]);
    last = rows.length < pageRows ? undefined : numberIn(rows.at(-1)?.place);
  }
  return result;
}
