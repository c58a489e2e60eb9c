import { DecimalScanner } from './decimal.ts';
import { type LineKey, type LineKeys, plainTextEnd } from './lineKeys.ts';

interface Word {
  readonly bytes: Uint8Array;
  readonly value: number | undefined;
}

const words: readonly Word[] = [
  { bytes: ascii('NaN'), value: Number.NaN },
  { bytes: ascii('Infinity'), value: Number.POSITIVE_INFINITY },
  { bytes: ascii('-Infinity'), value: Number.NEGATIVE_INFINITY },
  { bytes: ascii('null'), value: undefined },
  { bytes: ascii('true'), value: undefined },
  { bytes: ascii('false'), value: undefined },
];
const wordByFirstByte: ReadonlyMap<number, Word> = new Map(
  words.map((word) => [word.bytes[0] ?? 0, word]),
);

/** Texts that are numbers JSON has no number for have at most as many bytes as `-Infinity`. */
const longestWord = 9;
/** Texts that rules ask for (a mode, a file name) are no longer than this. */
const longestAskedText = 4096;

/**
 * Reads a line that is a plain flat object straight from its bytes: numbers, texts without escapes,
 * lists of numbers. Everything else (nested objects, escapes, damage) it leaves to a real parser.
 */
export class FlatLineScanner {
  readonly #keys: LineKeys;
  readonly #numbers = new DecimalScanner();
  readonly #decoder = new TextDecoder();
  /** Where the value that was read last ends; -1 where it cannot be read here. */
  #end = -1;

  constructor(keys: LineKeys) {
    this.#keys = keys;
  }

  /** Puts the leaves of the object between `from` and `to` into the keys; false if it cannot. */
  scan(bytes: Uint8Array, from: number, to: number): boolean {
    if (bytes[from] !== 0x7b || bytes[to - 1] !== 0x7d) return false;
    const last = to - 1;
    this.#keys.beginLine();
    let at = skipSpace(bytes, from + 1);
    if (at === last) return true;
    while (at < last) {
      at = this.#takePair(bytes, at, last);
      if (at < 0) return false;
      at = skipSpace(bytes, at);
      if (at === last) return true;
      if (bytes[at] !== 0x2c) return false;
      at = skipSpace(bytes, at + 1);
    }
    return false;
  }

  /** Returns the index behind the pair, or -1. */
  #takePair(bytes: Uint8Array, at: number, to: number): number {
    if (bytes[at] !== 0x22) return -1;
    const key = this.#keys.quoted(bytes, at + 1, to);
    if (!key) return -1;
    const colon = skipSpace(bytes, at + 2 + key.bytes.length);
    if (bytes[colon] !== 0x3a) return -1;
    const start = skipSpace(bytes, colon + 1);
    const value = this.#numbers.scan(bytes, start, to);
    if (value === undefined) return this.#takeOther(bytes, start, to, key);
    this.#keys.putNumber(key, value);
    return this.#numbers.end;
  }

  #takeOther(bytes: Uint8Array, start: number, to: number, key: LineKey): number {
    const first = bytes[start];
    if (first === 0x22) return this.#takeText(bytes, start + 1, to, key);
    if (first === 0x5b) return this.#skipNumbers(bytes, start + 1, to);
    const value = this.#word(bytes, start);
    if (value !== undefined) this.#keys.putNumber(key, value);
    return this.#end;
  }

  #takeText(bytes: Uint8Array, start: number, to: number, key: LineKey): number {
    const end = plainTextEnd(bytes, start, to);
    if (end < 0) return -1;
    if (end - start <= longestWord) {
      const value = this.#word(bytes, start);
      if (value !== undefined && this.#end === end) this.#keys.putNumber(key, value);
    }
    if (key.isAskedFor) {
      if (end - start > longestAskedText) return -1;
      this.#keys.putText(key, this.#decoder.decode(bytes.subarray(start, end)));
    }
    return end + 1;
  }

  /** A list of numbers holds no metrics, but what follows it does. */
  #skipNumbers(bytes: Uint8Array, start: number, to: number): number {
    let at = skipSpace(bytes, start);
    if (bytes[at] === 0x5d) return at + 1;
    while (at < to) {
      if (this.#numbers.scan(bytes, at, to) === undefined) return -1;
      at = skipSpace(bytes, this.#numbers.end);
      if (bytes[at] === 0x5d) return at + 1;
      if (bytes[at] !== 0x2c) return -1;
      at = skipSpace(bytes, at + 1);
    }
    return -1;
  }

  /** The number of a bare word; `#end` tells whether there was a word at all. */
  #word(bytes: Uint8Array, start: number): number | undefined {
    const word = wordByFirstByte.get(bytes[start] ?? 0);
    if (!word || !startsWith(bytes, start, word.bytes)) {
      this.#end = -1;
      return undefined;
    }
    this.#end = start + word.bytes.length;
    return word.value;
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function startsWith(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  return word.every((byte, index) => bytes[at + index] === byte);
}

/** The white space of JSON but for line ends, which no line holds. */
function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0d) at += 1;
  return at;
}
