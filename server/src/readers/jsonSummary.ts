import {
  documentStart,
  isDocumentEnd,
  JsonCursor,
  valueEnd,
  valueEndInSlices,
} from './jsonDocument.ts';
import { LineKeys } from './lineKeys.ts';
import type { PointSink } from './logFormat.ts';
import { parseLogValue } from './logRecord.ts';
import { addMember } from './recordLeaves.ts';
import type { SlicedReading } from './snapshotFormat.ts';

/** How a file with the last value of each metric tells them. */
export interface SummaryRules {
  readonly stepKey: string;
  readonly wallTimeKey?: string;
  /** Joins the keys of nested values: a dot by default. */
  readonly separator?: string;
  /** The name of the metric of a key, undefined for none. */
  nameOf(key: string): string | undefined;
}

/** Larger files hold other things than the last values of metrics. */
const maximumBytes = 16 * 2 ** 20;

/** A pause after so many: a few milliseconds of work. */
const sliceBytes = 2 ** 18;

/** Reads one JSON object with the last values of a run: one point for each, at the same step. */
export function* readSummary(
  bytes: Uint8Array,
  rules: SummaryRules,
  sink: PointSink,
): SlicedReading {
  const start = documentStart(bytes);
  const end = bytes[start] === 0x7b ? yield* valueEndInSlices(bytes, start) : -1;
  if (end < 0 || !isDocumentEnd(bytes, end)) return { isWhole: false };
  const keys = new LineKeys();
  const problem = yield* readKeys(bytes.subarray(0, end), start, rules, keys);
  if (problem !== undefined) {
    sink.skipped(start, end, problem);
    return { isWhole: true };
  }
  const step = numberAt(keys, rules.stepKey);
  sink.unit(start, end);
  takePoints(keys, step, rules, sink);
  return Number.isFinite(step) ? { isWhole: true, progress: step } : { isWhole: true };
}

/** Puts the numbers of the object at `start` into the keys; returns why that is not possible. */
function* readKeys(
  bytes: Uint8Array,
  start: number,
  { separator }: SummaryRules,
  keys: LineKeys,
): Generator<undefined, string | undefined, undefined> {
  if (bytes.length - start > maximumBytes) return 'longer than 16 MiB';
  const decoder = new TextDecoder();
  const members = new JsonCursor(bytes, start);
  let sliceEnd = start + sliceBytes;
  keys.beginLine();
  while (members.next()) {
    const from = members.valueStart;
    const to = valueEnd(bytes, from);
    const value = to < 0 ? undefined : parseLogValue(decoder.decode(bytes.subarray(from, to)));
    if (value === undefined) break;
    addMember(members.key, value, keys, separator);
    members.passTo(to);
    if (to < sliceEnd) continue;
    sliceEnd = to + sliceBytes;
    yield;
  }
  return members.end === bytes.length ? undefined : 'not a JSON object';
}

function takePoints(keys: LineKeys, step: number, rules: SummaryRules, sink: PointSink): void {
  const wallTime = numberAt(keys, rules.wallTimeKey);
  for (let at = 0; at < keys.count; at += 1) {
    const { name: key, value } = keys.at(at);
    const name = key === rules.stepKey ? undefined : rules.nameOf(key);
    if (name !== undefined) sink.point(name, step, wallTime, value);
  }
}

function numberAt(keys: LineKeys, name: string | undefined): number {
  const key = name === undefined ? undefined : keys.named(name);
  return key && keys.hasNumber(key) ? key.value : Number.NaN;
}
