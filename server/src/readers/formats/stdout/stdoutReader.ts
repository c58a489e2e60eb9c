import { searchable } from '../../byteSearch.ts';
import type { IdleState, LogReader, PointSink } from '../../logFormat.ts';
import { carriageReturn, escapeByte, newline } from './asciiBytes.ts';
import type { BlockFamily, StdoutFamily } from './family.ts';
import { LinePoints } from './linePoints.ts';
import { MarkIndex } from './markIndex.ts';
import { withoutEscapes } from './plainText.ts';
import { TextLine } from './textLine.ts';

/** Longer lines are skipped, so that a file without line ends cannot claim all memory. */
const maximumLineBytes = 2 ** 20;
/** A line of this many bytes is a progress bar's: of its states all but the last may be let go. */
const longLineBytes = 2 ** 16;
/** A table that goes on for longer is none. */
const maximumBlockBytes = 2 ** 16;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Tells which lines hold metrics. */
export interface LineFinder {
  /** Whether the line does; then they are in `points`, cleared before, with its step. */
  read(line: TextLine, points: LinePoints): boolean;
}

interface OpenBlock {
  readonly family: BlockFamily;
  /** Where it begins in the bytes at hand. */
  readonly start: number;
}

/**
 * Reads the lines of a console log by the families given; lines that belong to none are no damage, but what programs print beside their metrics.
 * Of a line that was written over with carriage returns the last state counts, as on a screen.
 */
export class StdoutReader implements LogReader {
  readonly #lines: LineFinder;
  readonly #blockFamilies: readonly BlockFamily[];
  readonly #line = new TextLine();
  readonly #points = new LinePoints();
  readonly #blockPoints = new LinePoints();
  #block: OpenBlock | undefined;
  /** Where a line began that is too long and is being passed over. */
  #overlongFrom: number | undefined;
  /** The next carriage return and escapeByte at or behind the line, in the bytes at hand. */
  #nextReturn = -1;
  #nextEscape = -1;
  /** The bytes at hand, for searches. */
  #searched: Uint8Array = new Uint8Array();

  /** `lines` finds the lines of the families where nothing else is given. */
  constructor(families: readonly StdoutFamily[], lines?: LineFinder) {
    this.#lines = lines ?? new MarkIndex(families.filter((family) => family.kind === 'line'));
    this.#blockFamilies = families.filter((family) => family.kind === 'block');
  }

  read(bytes: Uint8Array, offset: number, sink: PointSink): number {
    const at = this.#readLines(bytes, offset, sink);
    if (this.#overlongFrom !== undefined) return at;
    const rest = this.#passRest(bytes, at, offset);
    return this.#block ? this.#block.start : rest;
  }

  readIdleTail(bytes: Uint8Array, offset: number, sink: PointSink, idle: IdleState): number {
    // Programs that print into a file stop in the middle of a number whenever their buffer is full.
    if (idle === 'paused') return 0;
    const at = this.#readLines(bytes, offset, sink);
    if (this.#overlongFrom !== undefined) return at;
    // The last line may be half a row, with which its table would only seem to be broken.
    const block = this.#block;
    const isWhole = at < bytes.length && bytes.length - at <= maximumLineBytes;
    if (isWhole && this.#takeLine(bytes, at, bytes.length, offset, sink)) return bytes.length;
    return (block ?? this.#block)?.start ?? at;
  }

  /** Takes the lines that have their end; the index behind the last one. */
  #readLines(bytes: Uint8Array, offset: number, sink: PointSink): number {
    // The lines of an unfinished table were not consumed, and come again.
    this.#block = undefined;
    this.#nextReturn = -1;
    this.#nextEscape = -1;
    const searched = searchable(bytes);
    this.#searched = searched;
    let at = this.#passOverlong(bytes, offset, sink);
    if (this.#overlongFrom !== undefined) return at;
    for (let end = searched.indexOf(newline, at); end >= 0; end = searched.indexOf(newline, at)) {
      this.#takeLine(bytes, at, end, offset, sink);
      at = end + 1;
    }
    return at;
  }

  /** Returns whether the line gave points. */
  #takeLine(
    bytes: Uint8Array,
    lineFrom: number,
    lineTo: number,
    offset: number,
    sink: PointSink,
  ): boolean {
    const [from, to] = this.#lastState(bytes, lineFrom, lineTo, offset);
    if (lineTo - lineFrom > longLineBytes) this.#block = undefined;
    if (to - from > maximumLineBytes) {
      sink.skipped(offset + from, offset + to, 'line longer than 1 MiB');
      return false;
    }
    const line = this.#line;
    line.moveTo(bytes, from, to);
    const { from: start, to: end } = line;
    if (start === end) return false;
    if (this.#nextEscape < start) this.#nextEscape = indexFrom(this.#searched, escapeByte, start);
    if (this.#nextEscape < end) {
      const plain = withoutEscapes(bytes, start, end);
      line.moveTo(plain, 0, plain.length);
    }
    if (this.#takeRow(end, offset, sink)) return true;
    const isTaken = this.#block === undefined && this.#lines.read(line, this.#points);
    if (isTaken) send(this.#points, offset + start, offset + end, sink);
    else if (this.#block === undefined) this.#openBlock(start);
    return isTaken;
  }

  /** The last state of a line that is not empty. */
  #lastState(
    bytes: Uint8Array,
    lineFrom: number,
    lineTo: number,
    offset: number,
  ): readonly [from: number, to: number] {
    const isFirst = offset + lineFrom === 0;
    const from = isFirst && startsWithMark(bytes) ? byteOrderMark.length : lineFrom;
    if (this.#nextReturn < from) {
      this.#nextReturn = indexFrom(this.#searched, carriageReturn, from);
    }
    return this.#nextReturn < lineTo ? lastStateOf(bytes, from, lineTo) : [from, lineTo];
  }

  /** Whether the line ended a table with points. */
  #takeRow(end: number, offset: number, sink: PointSink): boolean {
    if (!this.#block) return false;
    const block = this.#block;
    const isTooLong = end - block.start > maximumBlockBytes;
    const result = isTooLong ? 'broken' : block.family.readRow(this.#line, this.#blockPoints);
    if (result !== 'row') this.#block = undefined;
    if (result !== 'end') return false;
    send(this.#blockPoints, offset + block.start, offset + end, sink);
    return true;
  }

  #openBlock(start: number): void {
    const family = this.#blockFamilies.find((candidate) => candidate.opens(this.#line));
    if (!family) return;
    this.#block = { family, start };
    this.#blockPoints.clear();
  }

  /** Lets go what is known to be of no use in a last line without its end; the index behind it. */
  #passRest(bytes: Uint8Array, at: number, offset: number): number {
    if (bytes.length - at <= longLineBytes) return at;
    this.#block = undefined;
    const [from, to] = this.#lastState(bytes, at, bytes.length, offset);
    if (to - from <= maximumLineBytes) return offset + from <= byteOrderMark.length ? at : from;
    this.#overlongFrom = offset + from;
    return to;
  }

  /** Looks for the end of a line that is too long; the index behind what it has passed over. */
  #passOverlong(bytes: Uint8Array, offset: number, sink: PointSink): number {
    if (this.#overlongFrom === undefined) return 0;
    const lineEnd = indexFrom(bytes, newline, 0);
    const stateEnd = Math.min(indexFrom(bytes, carriageReturn, 0), lineEnd);
    if (stateEnd > bytes.length) return bytes.length;
    let at = stateEnd;
    while (bytes[at] === carriageReturn) at += 1;
    if (at === bytes.length) return stateEnd;
    const isLineEnd = bytes[at] === newline;
    if (isLineEnd) sink.skipped(this.#overlongFrom, offset + stateEnd, 'line longer than 1 MiB');
    this.#overlongFrom = undefined;
    return isLineEnd ? at + 1 : at;
  }
}

function send(points: LinePoints, byteStart: number, byteEnd: number, sink: PointSink): void {
  if (points.problem !== undefined) sink.skipped(byteStart, byteEnd, points.problem);
  if (points.count === 0) return;
  sink.unit(byteStart, byteEnd);
  if (!Number.isNaN(points.round)) sink.inRound(points.round);
  for (let at = 0; at < points.count; at += 1) {
    sink.point(points.nameAt(at), points.step, points.wallTime, points.valueAt(at));
  }
}

function lastStateOf(
  bytes: Uint8Array,
  lineFrom: number,
  lineTo: number,
): readonly [from: number, to: number] {
  let to = lineTo;
  while (to > lineFrom && bytes[to - 1] === carriageReturn) to -= 1;
  if (to === lineFrom) return [lineFrom, lineFrom];
  return [Math.max(lineFrom, bytes.lastIndexOf(carriageReturn, to - 1) + 1), to];
}

/** Like `indexOf`, but infinite where there is none. */
function indexFrom(bytes: Uint8Array, byte: number, from: number): number {
  const index = bytes.indexOf(byte, from);
  return index < 0 ? Number.POSITIVE_INFINITY : index;
}

function startsWithMark(bytes: Uint8Array): boolean {
  return byteOrderMark.every((byte, index) => bytes[index] === byte);
}
