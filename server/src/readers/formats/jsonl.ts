import type { LogFormat, LogReader, PointSink } from '../logFormat.ts';
import { isLogRecord, type LogRecord, numberOf, parseLogLine } from '../logRecord.ts';
import { detectJsonLines } from './jsonlDetection.ts';
import { jsonlExamples } from './jsonlExamples.ts';
import { findStepKey, isWallTimeKey, wallTimeOf } from './jsonlKeys.ts';

export const jsonl: LogFormat = {
  name: 'jsonl',
  description:
    'JSON lines: one object a line with numbers (our metrics.jsonl, DETR, DINO and MAE log.txt, Dreamer, accelerate, TRL, LLaMA-Factory)',
  detect: detectJsonLines,
  createReader: () => new JsonLinesReader(),
  examples: jsonlExamples,
};

/** Longer lines are skipped, so that a file without line ends cannot claim all memory. */
const maximumLineBytes = 16 * 2 ** 20;
/** Objects nested deeper than this are not metrics. */
const maximumDepth = 16;
const newline = 0x0a;
const byteOrderMark = [0xef, 0xbb, 0xbf];

class JsonLinesReader implements LogReader {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Where a line began that is too long and is being passed over. */
  #overlongFrom: number | undefined;

  read(bytes: Uint8Array, offset: number, sink: PointSink): number {
    let at = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
      this.#takeLine(bytes, at, end, offset, sink);
      at = end + 1;
    }
    const isOverlong = this.#overlongFrom !== undefined || bytes.length - at > maximumLineBytes;
    if (!isOverlong) return at;
    this.#overlongFrom ??= offset + at;
    return bytes.length;
  }

  readIdleTail(bytes: Uint8Array, offset: number, sink: PointSink): number {
    if (this.#overlongFrom !== undefined) return 0;
    const [start, end] = trimLine(bytes, 0, bytes.length, offset);
    const record = start < end && parseLogLine(this.#decoder.decode(bytes.subarray(start, end)));
    if (!record) return 0;
    takeRecord(record, offset + start, offset + end, sink);
    return bytes.length;
  }

  #takeLine(bytes: Uint8Array, from: number, to: number, offset: number, sink: PointSink): void {
    const lineStart = this.#overlongFrom ?? offset + from;
    this.#overlongFrom = undefined;
    if (offset + to - lineStart > maximumLineBytes) {
      sink.skipped(lineStart, offset + to, 'line longer than 16 MiB');
      return;
    }
    const [start, end] = trimLine(bytes, from, to, offset);
    if (start >= end) return;
    const record = parseLogLine(this.#decoder.decode(bytes.subarray(start, end)));
    if (record) takeRecord(record, offset + start, offset + end, sink);
    else sink.skipped(offset + start, offset + end, 'not a JSON object');
  }
}

/**
 * Leaves out white space and a byte order mark, so that a line has the same range whether it was
 * taken before or after its line end was written.
 */
function trimLine(
  bytes: Uint8Array,
  from: number,
  to: number,
  offset: number,
): readonly [start: number, end: number] {
  let start = from;
  let end = to;
  if (offset + start === 0 && byteOrderMark.every((byte, index) => bytes[index] === byte)) {
    start += byteOrderMark.length;
  }
  while (start < end && isSpace(bytes[start])) start += 1;
  while (end > start && isSpace(bytes[end - 1])) end -= 1;
  return [start, end];
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x09;
}

function takeRecord(record: LogRecord, byteStart: number, byteEnd: number, sink: PointSink): void {
  // The header of our own files describes the run; it measures nothing.
  if (typeof record.counterweight === 'number') return;
  const stepKey = findStepKey(record);
  const step = stepKey === undefined ? Number.NaN : (numberOf(record[stepKey]) ?? Number.NaN);
  const wallTime = wallTimeOf(record);
  let isOpen = false;
  forEachNumber(record, '', 0, (name, value) => {
    if (name === stepKey || isWallTimeKey(name)) return;
    if (!isOpen) sink.unit(byteStart, byteEnd);
    isOpen = true;
    sink.point(name, step, wallTime, value);
  });
}

/** Visits the numbers of an object; names of nested ones are joined by dots. */
function forEachNumber(
  record: LogRecord,
  prefix: string,
  depth: number,
  visit: (name: string, value: number) => void,
): void {
  for (const key of Object.keys(record)) {
    const value = record[key];
    const number = numberOf(value);
    if (number !== undefined) visit(prefix + key, number);
    else if (depth < maximumDepth && isLogRecord(value) && !isMedia(value)) {
      forEachNumber(value, `${prefix}${key}.`, depth + 1, visit);
    }
  }
}

/** Images, histograms and the like of wandb: their sizes and counts are not metrics. */
function isMedia(record: LogRecord): boolean {
  return typeof record._type === 'string';
}
