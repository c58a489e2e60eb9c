import { DecimalScanner } from '../../decimal.ts';
import {
  bar,
  closeBracket,
  closeParenthesis,
  colon,
  comma,
  dash,
  dot,
  isBlank,
  isDigit,
  isLetter,
  percent,
  slash,
} from './asciiBytes.ts';

/** Longer runs of letters behind a number are no unit. */
const maximumUnitBytes = 8;
/** `infinity` with a unit. */
const maximumWordBytes = 12;
const plus = 0x2b;
const semicolon = 0x3b;
const closeBrace = 0x7d;
const enders = [closeParenthesis, comma, semicolon, closeBracket, bar, closeBrace];
const words: readonly (readonly [word: string, value: number])[] = [
  ['nan', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
];
/** What units are made of, and what a value ends at, but for a colon. */
const unitBytes = tableOf((byte) => isLetter(byte) || byte === percent || byte === slash);
const endBytes = tableOf((byte) => isBlank(byte) || enders.includes(byte));
/** What may stand behind `nan`: more letters would make another word of it (`nano`, `info`). */
const wordUnits = ['', 's', 'ms', 'us', '%'];

/**
 * Reads decimal numbers out of bytes without making strings, to the double that `Number` gives.
 * One scanner serves many numbers: the last one is in `value`.
 */
export class NumberScanner {
  value = Number.NaN;
  readonly #decimal = new DecimalScanner();

  /**
   * Reads a value of a log: a number or nan or inf, that ends where a value ends (at a space, a
   * comma, a bracket, the end of the range), with a unit behind it (`ms`, `%`, `it/s`, `M`) that is
   * left out, and of `73/2241s` the first number. Returns the index behind it, or -1 where none is:
   * times (0:11:56), dates (2021-08-12), versions (4.4.7), hexadecimal numbers are none.
   */
  readValue(bytes: Uint8Array, from: number, to: number): number {
    const end = this.readNumber(bytes, from, to);
    if (end < 0) return this.#readWord(bytes, from, to);
    return valueEnd(bytes, bytes[end] === slash ? ratioEnd(bytes, end, to) : end, to);
  }

  /** Reads digits with a sign, a fraction and an exponent; the index behind them, or -1. */
  readNumber(bytes: Uint8Array, from: number, to: number): number {
    const end = this.#decimal.read(bytes, from, to);
    if (end < 0) return this.#readLoosely(bytes, from, to);
    this.value = this.#decimal.value;
    return end;
  }

  /** Numbers as printf and numpy write them, but JSON does not: `+1`, `007`, `.5`, `5.`, `1exp`. */
  #readLoosely(bytes: Uint8Array, from: number, to: number): number {
    const start = isSign(bytes[from]) ? from + 1 : from;
    const integerEnd = digitsEnd(bytes, start, to);
    const isFraction = integerEnd < to && bytes[integerEnd] === dot;
    const fractionEnd = isFraction ? digitsEnd(bytes, integerEnd + 1, to) : integerEnd;
    if (fractionEnd - start <= (isFraction ? 1 : 0)) return -1;
    const end = exponentEnd(bytes, fractionEnd, to);
    this.value = Number(latinText(bytes, from, end));
    return end;
  }

  #readWord(bytes: Uint8Array, from: number, to: number): number {
    const sign = bytes[from];
    const start = isSign(sign) ? from + 1 : from;
    if (start >= to || !beginsWord(bytes[start] ?? 0)) return -1;
    const end = unitEnd(bytes, start, to, maximumWordBytes);
    if (!isEnd(bytes, end, to)) return -1;
    const text = latinText(bytes, start, end).toLowerCase();
    const word = words.find(([name]) => text.startsWith(name));
    if (!word || !wordUnits.includes(text.slice(word[0].length))) return -1;
    this.value = sign === dash ? -word[1] : word[1];
    return end;
  }
}

function isSign(byte: number | undefined): boolean {
  return byte === dash || byte === plus;
}

/** The first letter of nan and inf. */
function beginsWord(byte: number): boolean {
  const lower = byte | 0x20;
  return lower === 0x6e || lower === 0x69;
}

function exponentEnd(bytes: Uint8Array, at: number, to: number): number {
  if (at >= to || ((bytes[at] ?? 0) | 0x20) !== 0x65) return at;
  const start = isSign(bytes[at + 1]) ? at + 2 : at + 1;
  const end = digitsEnd(bytes, start, to);
  return end > start ? end : at;
}

function digitsEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = from;
  while (end < to && isDigit(bytes[end] ?? 0)) end += 1;
  return end;
}

/** The end of `/2241` behind a number; the slash itself where no number follows. */
function ratioEnd(bytes: Uint8Array, at: number, to: number): number {
  let end = at + 1;
  while (end < to && (isDigit(bytes[end] ?? 0) || bytes[end] === dot)) end += 1;
  return end > at + 1 ? end : at;
}

/** The index behind the unit, or -1 where the text goes on as no value does. */
function valueEnd(bytes: Uint8Array, at: number, to: number): number {
  if (isEnd(bytes, at, to)) return at;
  const end = unitEnd(bytes, at, to, maximumUnitBytes);
  return end > at && isEnd(bytes, end, to) ? end : -1;
}

function unitEnd(bytes: Uint8Array, from: number, to: number, most: number): number {
  let end = from;
  while (end < to && end - from < most && isUnitByte(bytes[end] ?? 0)) end += 1;
  return end;
}

function isUnitByte(byte: number): boolean {
  return unitBytes[byte] === 1;
}

function isEnd(bytes: Uint8Array, at: number, to: number): boolean {
  if (at >= to) return true;
  const byte = bytes[at] ?? 0;
  if (byte === colon) return at + 1 >= to || isBlank(bytes[at + 1] ?? 0);
  return endBytes[byte] === 1;
}

/** A table with a one for each byte that is asked for. */
function tableOf(isAsked: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (isAsked(byte) ? 1 : 0));
}

function latinText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at += 1) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}
