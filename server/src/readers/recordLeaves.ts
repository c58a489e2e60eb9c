import type { LineKeys } from './lineKeys.ts';
import { isLogRecord, type LogRecord, numberOf } from './logRecord.ts';

/** Objects nested deeper than this are not metrics. */
const maximumDepth = 16;

/** Puts the leaves of a parsed object into the keys; the names of nested ones are joined by dots. */
export function putRecord(record: LogRecord, keys: LineKeys): void {
  keys.beginLine();
  putLeaves(record, '', 0, keys);
}

function putLeaves(record: LogRecord, prefix: string, depth: number, keys: LineKeys): void {
  for (const name of Object.keys(record)) {
    const value = record[name];
    const number = numberOf(value);
    if (number !== undefined) keys.putNumber(keys.named(prefix + name), number);
    if (typeof value === 'string') keys.putText(keys.named(prefix + name), value);
    else if (depth < maximumDepth && isLogRecord(value) && !isMedia(value)) {
      putLeaves(value, `${prefix}${name}.`, depth + 1, keys);
    }
  }
}

/** Images, histograms and the like of wandb: their sizes and counts are not metrics. */
function isMedia(record: LogRecord): boolean {
  return typeof record._type === 'string';
}
