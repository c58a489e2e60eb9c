import { DatabaseSync } from 'node:sqlite';

/** One row of MLflow's metrics, with its times in milliseconds. */
export interface MlflowRow {
  readonly run: string;
  readonly key: string;
  readonly step: number;
  readonly value: number;
  readonly time?: number;
}

/** The statements of MLflow's own schema (tests/resources/db/latest_schema.sql) that concern metrics. */
const mlflowSchema = `
CREATE TABLE experiments (
  experiment_id INTEGER NOT NULL, name VARCHAR(256) NOT NULL, artifact_location VARCHAR(256),
  lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT,
  CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), UNIQUE (name));
CREATE TABLE runs (
  run_uuid VARCHAR(32) NOT NULL, name VARCHAR(250), status VARCHAR(9), start_time BIGINT,
  end_time BIGINT, lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER,
  CONSTRAINT run_pk PRIMARY KEY (run_uuid));
CREATE TABLE tags (
  key VARCHAR(250) NOT NULL, value VARCHAR(5000), run_uuid VARCHAR(32) NOT NULL,
  CONSTRAINT tag_pk PRIMARY KEY (key, run_uuid));
CREATE TABLE metrics (
  key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL,
  run_uuid VARCHAR(32) NOT NULL, step BIGINT DEFAULT '0' NOT NULL,
  is_nan BOOLEAN DEFAULT '0' NOT NULL,
  CONSTRAINT metric_pk PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
INSERT INTO experiments (experiment_id, name, lifecycle_stage) VALUES (0, 'Default', 'active');`;

/** The schema of MLflow 0.9.1, before its first migration: no step, no mark of NaN, times in seconds. */
const firstMlflowSchema = `
CREATE TABLE experiments (
  experiment_id INTEGER NOT NULL, name VARCHAR(256) NOT NULL, artifact_location VARCHAR(256),
  lifecycle_stage VARCHAR(32), CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), UNIQUE (name));
CREATE TABLE runs (
  run_uuid VARCHAR(32) NOT NULL, name VARCHAR(250), status VARCHAR(20), start_time BIGINT,
  lifecycle_stage VARCHAR(20), experiment_id INTEGER, CONSTRAINT run_pk PRIMARY KEY (run_uuid));
CREATE TABLE metrics (
  key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL,
  run_uuid VARCHAR(32) NOT NULL, CONSTRAINT metric_pk PRIMARY KEY (key, timestamp, run_uuid));`;

/** A connection of a training that writes to MLflow's SQLite store. */
export class MlflowWriter {
  readonly database: DatabaseSync;

  constructor(path: string, schema: 'latest' | 'first' = 'latest', journal = 'delete') {
    this.database = new DatabaseSync(path);
    this.database.exec(`PRAGMA journal_mode = ${journal}`);
    this.database.exec(schema === 'latest' ? mlflowSchema : firstMlflowSchema);
  }

  run(id: string, name: string, stage = 'active'): void {
    const sql =
      'INSERT INTO runs (run_uuid, name, lifecycle_stage, experiment_id) VALUES (?, ?, ?, 0)';
    this.database.prepare(sql).run(id, name, stage);
  }

  log(...rows: readonly MlflowRow[]): void {
    const insert = this.database.prepare(
      'INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.database.exec('BEGIN');
    for (const { run, key, step, value, time = 1_700_000_000_000 + step } of rows) {
      const isNotANumber = Number.isNaN(value);
      const finite = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
      insert.run(key, isNotANumber ? 0 : finite, time, run, step, Number(isNotANumber));
    }
    this.database.exec('COMMIT');
  }

  close(): void {
    this.database.close();
  }
}

/** The statements of trackio's own schema (trackio/sqlite_storage.py) that concern metrics. */
const trackioSchema = `
CREATE TABLE metrics (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, timestamp TEXT NOT NULL,
  run_name TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT NOT NULL);
CREATE TABLE system_metrics (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, timestamp TEXT NOT NULL,
  run_name TEXT NOT NULL, metrics TEXT NOT NULL);`;

/** Its first schema: all projects in one database, a run known by its name alone. */
const firstTrackioSchema = `
CREATE TABLE metrics (
  id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, project_name TEXT NOT NULL,
  run_name TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT NOT NULL);`;

/** A connection of a training that writes to trackio. */
export class TrackioWriter {
  readonly database: DatabaseSync;
  readonly #isFirst: boolean;

  constructor(path: string, schema: 'latest' | 'first' = 'latest') {
    this.#isFirst = schema === 'first';
    this.database = new DatabaseSync(path);
    this.database.exec('PRAGMA journal_mode = wal');
    this.database.exec(this.#isFirst ? firstTrackioSchema : trackioSchema);
  }

  log(run: string, step: number, metrics: string, time = '2026-01-02T03:04:05.250000+00:00'): void {
    const column = this.#isFirst ? 'project_name' : 'run_id';
    const sql = `INSERT INTO metrics (timestamp, ${column}, run_name, step, metrics) VALUES (?, ?, ?, ?, ?)`;
    this.database.prepare(sql).run(time, this.#isFirst ? 'mine' : `id-${run}`, run, step, metrics);
  }

  logSystem(run: string, metrics: string, time = '2026-01-02T03:04:05+00:00'): void {
    const sql =
      'INSERT INTO system_metrics (timestamp, run_id, run_name, metrics) VALUES (?, ?, ?, ?)';
    this.database.prepare(sql).run(time, `id-${run}`, run, metrics);
  }

  close(): void {
    this.database.close();
  }
}
