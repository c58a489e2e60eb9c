/** Wire types of protocol buffers (protobuf.dev/programming-guides/encoding). */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Walks over the fields of one protobuf message without copying: the bytes from `from` up to `to`.
 * Nothing throws: bad bytes set `failed` and end the walk, and the values read from there on are 0
 * or empty.
 */
export class ProtoWalker {
  #bytes: Uint8Array;
  #view: DataView | undefined;
  #at: number;
  #to: number;
  #value = 0;
  #start = 0;
  #end = 0;

  field = 0;
  wire = 0;
  failed = false;

  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
  }

  /** Starts over with another message, so that a loop over many needs no new walker for each. */
  enter(bytes: Uint8Array, from: number, to: number): void {
    if (bytes !== this.#bytes) this.#view = undefined;
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
    this.failed = false;
  }

  /** Goes to the next field; false at the end of the message and on bad bytes. */
  next(): boolean {
    if (this.failed || this.#at >= this.#to) return false;
    const key = this.#varint();
    this.field = key < 2 ** 31 ? key >>> 3 : Math.floor(key / 8);
    this.wire = key & 7;
    this.#load();
    return !this.failed;
  }

  /** Value of a varint field as a signed 64-bit integer (exact up to 2^53). */
  get integer(): number {
    return this.#value;
  }

  get float32(): number {
    return this.wire === wireType.fixed32 ? this.view.getFloat32(this.#start, true) : 0;
  }

  get float64(): number {
    return this.wire === wireType.fixed64 ? this.view.getFloat64(this.#start, true) : 0;
  }

  /** Index of the first byte of what `contents` holds. */
  get start(): number {
    return this.#start;
  }

  /** Index behind the last byte of what `contents` holds. */
  get end(): number {
    return this.#end;
  }

  /** Contents of a length-delimited field, or the raw bytes of a fixed one; a view, not a copy. */
  get contents(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** All varints of a field that is a list, packed or not. */
  integers(): readonly number[] {
    if (this.wire === wireType.varint) return [this.#value];
    const list = new ProtoWalker(this.#bytes, this.#start, this.#end);
    const result: number[] = [];
    while (!list.failed && list.#at < list.#to) result.push(list.#varint());
    this.failed ||= list.failed;
    return result;
  }

  /** Of all the bytes that were entered, to read numbers at `start`. */
  get view(): DataView {
    const { buffer, byteOffset, length } = this.#bytes;
    this.#view ??= new DataView(buffer, byteOffset, length);
    return this.#view;
  }

  #load(): void {
    if (this.wire === wireType.varint) {
      this.#value = this.#varint();
      this.#start = this.#end = this.#at;
      return;
    }
    const size = this.#size();
    this.#start = this.#at;
    this.#end = this.#at + size;
    if (!(size >= 0 && this.#end <= this.#to)) this.#fail();
    else this.#at = this.#end;
  }

  #size(): number {
    if (this.wire === wireType.fixed64) return 8;
    if (this.wire === wireType.fixed32) return 4;
    return this.wire === wireType.bytes ? this.#varint() : -1;
  }

  #fail(): void {
    this.failed = true;
    this.#start = this.#end = this.#at = this.#to;
  }

  #varint(): number {
    const first = this.#at < this.#to ? (this.#bytes[this.#at] ?? 0) : 0x80;
    if (first >= 0x80) return this.#manyByteVarint();
    this.#at += 1;
    return first;
  }

  #manyByteVarint(): number {
    const start = this.#at;
    const stop = Math.min(this.#to, start + 10);
    // The lowest 28 bits and the 21 above them; longer ones take the slow and exact way.
    let low = 0;
    let high = 0;
    for (let index = 0; start + index < stop; index += 1) {
      const byte = this.#bytes[start + index] ?? 0;
      if (index < 4) low |= (byte & 0x7f) << (7 * index);
      else if (index < 7) high |= (byte & 0x7f) << (7 * (index - 4));
      if (byte >= 0x80) continue;
      this.#at = start + index + 1;
      return index < 7 ? low + high * 2 ** 28 : this.#longVarint(index + 1);
    }
    this.#fail();
    return 0;
  }

  #longVarint(length: number): number {
    let value = 0n;
    for (let index = 0; index < length; index += 1) {
      const byte = this.#bytes[this.#at - length + index] ?? 0;
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    }
    return Number(BigInt.asIntN(64, value));
  }
}

/** Bytes of the varint at `at`; 0 where it takes more than five or is not there to its end. */
export function shortVarintSize(bytes: Uint8Array, at: number): number {
  for (let size = 1; size <= 5; size += 1) if ((bytes[at + size - 1] ?? 0x80) < 0x80) return size;
  return 0;
}

/** The varint of `size` bytes at `at`. */
export function shortVarint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  let scale = 1;
  for (let index = 0; index < size; index += 1) {
    value += ((bytes[at + index] ?? 0) & 0x7f) * scale;
    scale *= 0x80;
  }
  return value;
}
