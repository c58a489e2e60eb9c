import { writeSync } from 'node:fs';

/** Room for the largest unit that is written at once, and for many small ones. */
const capacity = 4 * 2 ** 20;
const encoder = new TextEncoder();

/** Writes a file through one buffer, in the encodings that binary logs are made of. */
export class ByteWriter {
  readonly bytes = new Uint8Array(capacity);
  readonly #view = new DataView(this.bytes.buffer);
  readonly #file: number;
  #at = 0;
  #flushed = 0;

  constructor(file: number) {
    this.#file = file;
  }

  /** Index in `bytes` of the next byte. */
  get at(): number {
    return this.#at;
  }

  /** Bytes that the file will have. */
  get written(): number {
    return this.#flushed + this.#at;
  }

  /** Makes room for a unit; indices from before hold no more. */
  begin(size: number): void {
    if (this.#at + size > capacity) this.flush();
    if (size > capacity) throw new RangeError(`A unit of ${size} bytes does not fit.`);
  }

  flush(): void {
    let from = 0;
    while (from < this.#at) from += writeSync(this.#file, this.bytes, from, this.#at - from);
    this.#flushed += this.#at;
    this.#at = 0;
  }

  byte(value: number): void {
    this.bytes[this.#at] = value;
    this.#at += 1;
  }

  /** A whole number from 0 to 2^53. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  uint16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /** Fills a gap that was left open. */
  uint32At(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  float32(value: number): void {
    this.#view.setFloat32(this.#at, value, true);
    this.#at += 4;
  }

  float64(value: number): void {
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  text(text: string): void {
    this.#at += encoder.encodeInto(text, this.bytes.subarray(this.#at)).written;
  }

  /** Leaves a gap, filled with zeros. */
  skip(count: number): void {
    this.bytes.fill(0, this.#at, this.#at + count);
    this.#at += count;
  }
}

/** Bytes that `ByteWriter.varint` takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}
