import { DecimalScanner } from '../decimal.ts';
import type { CsvColumns } from './csvColumns.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;
const quote = 0x22;
const plus = 0x2b;
const minus = 0x2d;
/** A longer cell is no number. */
const maximumNumberBytes = 1024;

/** What a column is: nothing where it has no name. */
const roles = { nothing: 0, metric: 1, step: 2, wallTime: 3 } as const;

/** The words for no finite number, in small letters. */
const words = [
  { bytes: new TextEncoder().encode('nan'), value: Number.NaN },
  { bytes: new TextEncoder().encode('inf'), value: Number.POSITIVE_INFINITY },
  { bytes: new TextEncoder().encode('infinity'), value: Number.POSITIVE_INFINITY },
] as const;

/** Reads the cells of one row of a table at a time; its fields tell what the last row held. */
export class CsvRow {
  readonly #scanner = new DecimalScanner();
  readonly #delimiter: number;
  readonly #width: number;
  /** What the cells of each column are. */
  readonly #roles: Uint8Array;
  /** Columns with a number that is a metric, in the order of the row, and the numbers. */
  readonly indices: Int32Array;
  readonly values: Float64Array;

  /** How many of `indices` and `values` belong to the row. */
  found = 0;
  /** NaN where the row has none. */
  step = Number.NaN;
  /** Seconds since the Unix epoch; NaN where the row has none. */
  wallTime = Number.NaN;
  /** The number of cells. */
  cells = 0;
  /** The number of cells with something else than a number. */
  texts = 0;
  /** Whether the cell of the step holds something else than a number. */
  hasTextForStep = false;
  /** Whether something stands in cells that no column is for. */
  isTooWide = false;
  /** Index of the newline. */
  end = 0;

  constructor(columns: CsvColumns) {
    this.#delimiter = columns.delimiter;
    this.#width = columns.names.length;
    this.#roles = rolesOf(columns);
    this.indices = new Int32Array(this.#width);
    this.values = new Float64Array(this.#width);
  }

  /**
   * Reads the row that begins at `from`. False where a quote is open at `to`, which must lie behind
   * a newline.
   */
  scan(bytes: Uint8Array, from: number, to: number): boolean {
    this.found = 0;
    this.step = Number.NaN;
    this.wallTime = Number.NaN;
    this.texts = 0;
    this.hasTextForStep = false;
    this.isTooWide = false;
    let column = 0;
    let at = from;
    for (;;) {
      const end = bytes[at] === this.#delimiter ? at : this.#takeCell(bytes, at, to, column);
      if (end < 0) return false;
      if (bytes[end] === newline) {
        this.end = end;
        this.cells = column + 1;
        return true;
      }
      at = end + 1;
      column += 1;
    }
  }

  /** Takes the cell that begins at `from`; returns the index of what ends it, -1 for an open quote. */
  #takeCell(bytes: Uint8Array, from: number, to: number, column: number): number {
    const start = skipSpaces(bytes, from);
    const numberEnd = this.#scanner.read(bytes, start, to);
    const end = numberEnd < 0 ? start : skipSpaces(bytes, numberEnd);
    const mark = bytes[end];
    const isLineEnd = mark === carriageReturn && bytes[end + 1] === newline;
    if (mark !== this.#delimiter && mark !== newline && !isLineEnd) {
      return this.#takeOtherCell(bytes, start, to, column);
    }
    if (numberEnd >= 0) this.#put(column, this.#scanner.value);
    return isLineEnd ? end + 1 : end;
  }

  /** Cells with quotes, text, nan, unusual numbers and padding. */
  #takeOtherCell(bytes: Uint8Array, from: number, to: number, column: number): number {
    const isQuoted = bytes[from] === quote;
    const close = isQuoted ? closingQuote(bytes, from + 1, to) : from;
    if (close < 0) return -1;
    const end = this.#cellEnd(bytes, close);
    const start = isQuoted ? from + 1 : from;
    const text = trimmedEnd(bytes, start, isQuoted ? close : end);
    if (text === start) return end;
    const value = this.#number(bytes, start, text);
    if (value === undefined) this.#putText(column);
    else this.#put(column, value);
    return end;
  }

  #cellEnd(bytes: Uint8Array, from: number): number {
    let at = from;
    while (bytes[at] !== this.#delimiter && bytes[at] !== newline) at += 1;
    return at;
  }

  #number(bytes: Uint8Array, start: number, end: number): number | undefined {
    if (!beginsNumber(bytes[start] ?? 0)) return undefined;
    if (this.#scanner.read(bytes, start, end) === end) return this.#scanner.value;
    const size = wordValue(bytes, isSign(bytes[start]) ? start + 1 : start, end);
    if (size !== undefined) return bytes[start] === minus ? -size : size;
    return end - start > maximumNumberBytes ? undefined : unusualNumber(bytes, start, end);
  }

  #put(column: number, value: number): void {
    const role = this.#roles[column];
    if (role === roles.metric) {
      this.indices[this.found] = column;
      this.values[this.found] = value;
      this.found += 1;
    } else if (role === roles.step) this.step = Number.isFinite(value) ? value : Number.NaN;
    else if (role === roles.wallTime) this.wallTime = toSeconds(value);
    else if (role === undefined) this.isTooWide = true;
  }

  #putText(column: number): void {
    this.texts += 1;
    if (this.#roles[column] === roles.step) this.hasTextForStep = true;
    else if (column >= this.#width) this.isTooWide = true;
  }
}

/** Times beyond the year 5138 in seconds are milliseconds, as DVCLive writes them. */
function toSeconds(time: number): number {
  return time > 1e11 ? time / 1000 : time;
}

function skipSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === space) at += 1;
  return at;
}

/** The end of what stands between `start` and `end` without the white space behind it. */
export function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(bytes[at - 1])) at -= 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === space || byte === tab || byte === carriageReturn;
}

/** The index of the quote that closes a cell whose contents begin at `from`, or -1. */
function closingQuote(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    if (bytes[at] !== quote) continue;
    if (bytes[at + 1] !== quote) return at;
    at += 1;
  }
  return -1;
}

function isSign(byte: number | undefined): boolean {
  return byte === minus || byte === plus;
}

/** Digits, signs, a point, and n and i for nan and inf; white space within quotes. */
function beginsNumber(byte: number): boolean {
  if (byte <= 0x39) return byte >= 0x30 || isSign(byte) || byte <= 0x20 || byte === 0x2e;
  return isWordStart(byte);
}

function isWordStart(byte: number): boolean {
  const letter = byte | 0x20;
  return letter === 0x6e || letter === 0x69;
}

/** The number of nan, inf or infinity, in any case; undefined for anything else. */
function wordValue(bytes: Uint8Array, start: number, end: number): number | undefined {
  const length = end - start;
  if (length !== 3 && length !== 8) return undefined;
  return words.find(({ bytes: word }) => word.length === length && isWord(bytes, start, word))
    ?.value;
}

function isWord(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  return word.every((letter, index) => ((bytes[start + index] ?? 0) | 0x20) === letter);
}

/** Numbers that only Python's float() takes (5. and .5 and +1 and 007), and its words in quotes. */
function unusualNumber(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (isWordStart(bytes[start] ?? 0)) return undefined;
  const text = String.fromCharCode(...bytes.subarray(start, end)).trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  const word = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i.exec(text);
  if (!word) return undefined;
  if (word[2] !== undefined) return Number.NaN;
  return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function rolesOf({ names, step, wallTime }: CsvColumns): Uint8Array {
  return Uint8Array.from(names, (name, column) => {
    if (column === step) return roles.step;
    if (column === wallTime) return roles.wallTime;
    return name === '' ? roles.nothing : roles.metric;
  });
}
