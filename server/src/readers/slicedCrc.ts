import { BlockView } from './blockView.ts';

/** CRCs of 32 bits with the initial value and the final xor ~0. */
export class SlicedCrc {
  readonly #tables: Int32Array;
  readonly #view = new BlockView();

  constructor(tables: Int32Array) {
    this.#tables = tables;
  }

  /**
   * The CRC of the bytes from `start` up to `end`, eight at a time (Kounavis and Berry 2005,
   * "slicing by 8").
   */
  of(bytes: Uint8Array, start: number, end: number): number {
    const tables = this.#tables;
    const view = this.#view.of(bytes);
    let crc = -1;
    let at = start;
    for (; at + 8 <= end; at += 8) {
      const low = crc ^ view.getInt32(at, true);
      const high = view.getInt32(at + 4, true);
      crc =
        entry(tables, 7, low) ^
        entry(tables, 6, low >>> 8) ^
        entry(tables, 5, low >>> 16) ^
        entry(tables, 4, low >>> 24) ^
        entry(tables, 3, high) ^
        entry(tables, 2, high >>> 8) ^
        entry(tables, 1, high >>> 16) ^
        entry(tables, 0, high >>> 24);
    }
    if (at + 4 <= end) {
      const word = crc ^ view.getInt32(at, true);
      crc =
        entry(tables, 3, word) ^
        entry(tables, 2, word >>> 8) ^
        entry(tables, 1, word >>> 16) ^
        entry(tables, 0, word >>> 24);
      at += 4;
    }
    for (; at < end; at += 1) crc = (crc >>> 8) ^ entry(tables, 0, crc ^ (bytes[at] ?? 0));
    return ~crc >>> 0;
  }
}

/**
 * The tables of a reflected polynomial: `tables[k * 256 + b]` is the remainder of byte b followed by
 * k zero bytes.
 */
export function makeCrcTables(polynomial: number): Int32Array {
  const result = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
    result[byte] = crc;
  }
  for (let at = 256; at < result.length; at += 1) {
    const before = result[at - 256] ?? 0;
    result[at] = (before >>> 8) ^ (result[before & 0xff] ?? 0);
  }
  return result;
}

function entry(tables: Int32Array, table: number, byte: number): number {
  return tables[(table << 8) | (byte & 0xff)] ?? 0;
}
