import { isBlank } from './asciiBytes.ts';
import { NameTable } from './nameTable.ts';
import { NumberScanner } from './numberScanner.ts';

/** The first of the three bytes of full-width punctuation in UTF-8. */
const fullWidth = 0xef;

/**
 * The text of one line, without its end, escapes and blanks around it: the bytes from `from` up to
 * `to`. One object stands for line after line; indexes are those of `bytes`.
 */
export class TextLine {
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  to = 0;
  readonly #decoder = new TextDecoder();
  readonly #names = new NameTable();
  readonly #scanner = new NumberScanner();
  /** The bytes that were searched for full-width punctuation, and the next place of it. */
  #searched = this.bytes;
  #fullWidthAt = -1;

  /** Moves to the bytes from `from` up to `to`, less the blanks at both ends. */
  moveTo(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    while (this.from < this.to && isBlank(bytes[this.from] ?? 0)) this.from += 1;
    while (this.to > this.from && isBlank(bytes[this.to - 1] ?? 0)) this.to -= 1;
  }

  /** The byte at an index, 0 behind the end. */
  at(index: number): number {
    return index < this.to ? (this.bytes[index] ?? 0) : 0;
  }

  /** The number that `readValue` or `readNumber` read last. */
  get value(): number {
    return this.#scanner.value;
  }

  /** Reads a value with its unit, as `NumberScanner.readValue` does: the index behind it, or -1. */
  readValue(at: number, to = this.to): number {
    return this.#scanner.readValue(this.bytes, at, to);
  }

  /** Reads a number, whatever follows: the index behind it, or -1. */
  readNumber(at: number): number {
    return this.#scanner.readNumber(this.bytes, at, this.to);
  }

  /** The text of a range, remembered: for names, which come again. */
  nameOf(from: number, to: number): string {
    return this.#names.nameOf(this.bytes, from, to);
  }

  /** `name[index]`, remembered. */
  itemNameOf(name: string, index: number): string {
    return this.#names.itemNameOf(name, index);
  }

  /** The text of the line. */
  text(): string {
    return this.#decoder.decode(this.bytes.subarray(this.from, this.to));
  }

  /** Whether these ASCII letters stand at an index. */
  has(text: string, at: number): boolean {
    if (at + text.length > this.to) return false;
    for (let index = 0; index < text.length; index += 1) {
      if (this.bytes[at + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  /** The index of these ASCII letters, or -1. */
  find(text: string, from = this.from): number {
    const first = text.charCodeAt(0);
    const last = this.to - text.length;
    for (let at = from; at <= last; at += 1) {
      if (this.bytes[at] === first && this.has(text, at)) return at;
    }
    return -1;
  }

  /** Whether a word begins at an index: at the start of the line or behind a blank. */
  isWordStart(index: number): boolean {
    return index <= this.from || isBlank(this.bytes[index - 1] ?? 0);
  }

  /** The index of a byte, or -1. */
  findByte(byte: number, from = this.from): number {
    for (let at = from; at < this.to; at += 1) if (this.bytes[at] === byte) return at;
    return -1;
  }

  /** Whether the line may have full-width punctuation; looked for in all bytes at hand at once. */
  get hasFullWidth(): boolean {
    if (this.#searched !== this.bytes || this.#fullWidthAt < this.from) {
      const index = this.bytes.indexOf(fullWidth, this.from);
      this.#searched = this.bytes;
      this.#fullWidthAt = index < 0 ? Number.POSITIVE_INFINITY : index;
    }
    return this.#fullWidthAt < this.to;
  }

  /** The index of the next byte that is no blank. */
  skipBlanks(from: number): number {
    let at = from;
    while (at < this.to && isBlank(this.bytes[at] ?? 0)) at += 1;
    return at;
  }
}
