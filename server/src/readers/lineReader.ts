import { searchable } from './byteSearch.ts';
import type { IdleState, LogReader, PointSink } from './logFormat.ts';

/** The bytes of one line, without its line end and the white space around it. */
export interface LogLine {
  readonly bytes: Uint8Array;
  /** Where the line begins and ends in `bytes`. */
  readonly start: number;
  readonly end: number;
  /** Where it begins and ends in the file. */
  readonly byteStart: number;
  readonly byteEnd: number;
  /** Whether the line is known to end here: else it may be no more than the beginning of one. */
  readonly isEnded: boolean;
}

/**
 * Takes the points of one line. False where the line is not of this format; then it has reported
 * nothing.
 */
export type TakeLine = (line: LogLine, sink: PointSink) => boolean;

/** Longer lines are skipped, so that a file without line ends cannot claim all memory. */
const maximumLineBytes = 16 * 2 ** 20;
const newline = 0x0a;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Reads a log line by line. */
export class LineReader implements LogReader {
  readonly #take: TakeLine;
  readonly #foreign: string | undefined;
  /** Where a line began that is too long and is being passed over. */
  #overlongFrom: number | undefined;

  /**
   * `foreign` is the reason given for lines that `take` refuses; without one they are passed over
   * in silence, as the text around the metrics.
   */
  constructor(take: TakeLine, foreign?: string) {
    this.#take = take;
    this.#foreign = foreign;
  }

  read(bytes: Uint8Array, offset: number, sink: PointSink): number {
    const searched = searchable(bytes);
    let at = 0;
    for (let end = searched.indexOf(newline); end >= 0; end = searched.indexOf(newline, at)) {
      this.#takeLine(bytes, at, end, offset, sink);
      at = end + 1;
    }
    const isOverlong = this.#overlongFrom !== undefined || bytes.length - at > maximumLineBytes;
    if (!isOverlong) return at;
    this.#overlongFrom ??= offset + at;
    return bytes.length;
  }

  readIdleTail(bytes: Uint8Array, offset: number, sink: PointSink, idle: IdleState): number {
    if (this.#overlongFrom !== undefined) return 0;
    const line = trimLine(bytes, 0, bytes.length, offset, idle === 'ended');
    return line.start < line.end && this.#take(line, sink) ? bytes.length : 0;
  }

  #takeLine(bytes: Uint8Array, from: number, to: number, offset: number, sink: PointSink): void {
    const lineStart = this.#overlongFrom ?? offset + from;
    this.#overlongFrom = undefined;
    if (offset + to - lineStart > maximumLineBytes) {
      sink.skipped(lineStart, offset + to, 'line longer than 16 MiB');
      return;
    }
    const line = trimLine(bytes, from, to, offset, true);
    if (line.start >= line.end || this.#take(line, sink) || this.#foreign === undefined) return;
    sink.skipped(line.byteStart, line.byteEnd, this.#foreign);
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
  isEnded: boolean,
): LogLine {
  let start = from;
  let end = to;
  if (offset + start === 0 && byteOrderMark.every((byte, index) => bytes[index] === byte)) {
    start += byteOrderMark.length;
  }
  while (start < end && isSpace(bytes[start])) start += 1;
  while (end > start && isSpace(bytes[end - 1])) end -= 1;
  return { bytes, start, end, byteStart: offset + start, byteEnd: offset + end, isEnded };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x09;
}
