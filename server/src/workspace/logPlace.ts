import { basename } from 'node:path';

import { databaseFormats } from '../readers/databaseRegistry.ts';
import type { MetricStore } from '../store/metricStore.ts';
import type { KnownRun } from './knownRun.ts';

/** A part of a log: bytes of a file, or rows of a database. The end is behind the part. */
interface LogPart {
  readonly file: string;
  readonly byteStart: number;
  readonly byteEnd: number;
}

/** `metrics.jsonl, bytes 120–161`, and of a database `mlflow.db, rows 4–5`. */
export function placeOf({ file, byteStart, byteEnd }: LogPart, run: KnownRun | undefined): string {
  const format = formatOf(file, run);
  if (!databaseFormats.some(({ name }) => name === format)) {
    return `${file}, bytes ${byteStart}–${byteEnd}`;
  }
  const last = byteEnd - 1;
  return last > byteStart ? `${file}, rows ${byteStart}–${last}` : `${file}, row ${byteStart}`;
}

/**
 * Where the last value of a metric stands: the file with its format and the part of it, and the other
 * logs of the run that hold the metric as well. Empty without a value.
 */
export function lastValuePlaces(
  store: MetricStore,
  run: KnownRun,
  metric: string,
): readonly string[] {
  const length = store.series(run.id, metric)?.length ?? 0;
  const place = store.provenance(run.id, metric, length - 1);
  if (!place) return [];
  const [format = '', ...others] = store.formats(run.id, metric);
  const files = (run.discovered?.files ?? []).filter((file) => others.includes(file.format));
  const names = [...new Set(files.map(({ path }) => basename(path)))];
  return [
    `Last value: ${placeOf(place, run)} (${format})`,
    ...(names.length === 0 ? [] : [`Logged to ${names.join(', ')} as well; not counted twice.`]),
  ];
}

function formatOf(file: string, run: KnownRun | undefined): string | undefined {
  return run?.discovered?.files.find(({ path }) => path === file)?.format;
}
