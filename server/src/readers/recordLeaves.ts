import type { LineKeys } from './lineKeys.ts';
import { isLogRecord, type LogRecord, numberOf } from './logRecord.ts';

/** Objects nested deeper than this are not metrics. */
const maximumDepth = 16;
/** What is nested under a longer name neither: every leaf would repeat it. */
const longestPrefix = 1024;

/** Puts the leaves of a parsed object into the keys; names of nested ones are joined by `separator`. */
export function putRecord(record: LogRecord, keys: LineKeys, separator = '.'): void {
  keys.beginLine();
  putLeaves(record, '', 0, keys, separator);
}

/** Adds those of one more member to what the keys hold. */
export function addMember(name: string, value: unknown, keys: LineKeys, separator = '.'): void {
  putLeaves({ [name]: value }, '', 0, keys, separator);
}

function putLeaves(
  record: LogRecord,
  prefix: string,
  depth: number,
  keys: LineKeys,
  separator: string,
): void {
  for (const name of Object.keys(record)) {
    const value = record[name];
    const number = numberOf(value);
    if (number !== undefined) keys.putNumber(keys.named(prefix + name), number);
    if (typeof value === 'string') keys.putText(keys.named(prefix + name), value);
    else if (isGroup(value)) {
      const longer = `${prefix}${name}${separator}`;
      if (mayNest(longer, depth)) putLeaves(value, longer, depth + 1, keys, separator);
    }
  }
}

function mayNest(prefix: string, depth: number): boolean {
  return depth < maximumDepth && prefix.length <= longestPrefix;
}

/** Images, histograms and the like of wandb are none: their sizes and counts are not metrics. */
function isGroup(value: unknown): value is LogRecord {
  return isLogRecord(value) && typeof value._type !== 'string';
}
