/** Wire types of protocol buffers (protobuf.dev/programming-guides/encoding). */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Walks over the fields of one protobuf message without copying. Nothing throws: bad bytes set
 * `failed` and end the walk, and the values read from there on are 0 or empty.
 */
export class ProtoWalker {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #value = 0;
  #start = 0;
  #end = 0;

  field = 0;
  wire = 0;
  failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Goes to the next field; false at the end of the message and on bad bytes. */
  next(): boolean {
    if (this.failed || this.#at >= this.#bytes.length) return false;
    const key = this.#varint();
    this.field = Math.floor(key / 8);
    this.wire = key % 8;
    this.#load();
    return !this.failed;
  }

  /** Value of a varint field as a signed 64-bit integer (exact up to 2^53). */
  get integer(): number {
    return this.#value;
  }

  get float32(): number {
    return this.wire === wireType.fixed32 ? this.#view.getFloat32(this.#start, true) : 0;
  }

  get float64(): number {
    return this.wire === wireType.fixed64 ? this.#view.getFloat64(this.#start, true) : 0;
  }

  /** Contents of a length-delimited field, or the raw bytes of a fixed one; a view, not a copy. */
  get contents(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** All varints of a field that is a list, packed or not. */
  integers(): readonly number[] {
    if (this.wire === wireType.varint) return [this.#value];
    const list = new ProtoWalker(this.contents);
    const result: number[] = [];
    while (!list.failed && list.#at < list.#bytes.length) result.push(list.#varint());
    this.failed ||= list.failed;
    return result;
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
    if (!(size >= 0 && this.#end <= this.#bytes.length)) this.#fail();
    else this.#at = this.#end;
  }

  #size(): number {
    if (this.wire === wireType.fixed64) return 8;
    if (this.wire === wireType.fixed32) return 4;
    return this.wire === wireType.bytes ? this.#varint() : -1;
  }

  #fail(): void {
    this.failed = true;
    this.#start = this.#end = this.#at = this.#bytes.length;
  }

  #varint(): number {
    let low = 0;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) break;
      this.#at += 1;
      // Below 2^49 a double holds every partial sum; longer ones take the slow and exact way.
      if (index < 7) low += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return index < 7 ? low : this.#longVarint(index + 1);
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
