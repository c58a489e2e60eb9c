import { makeCrcTables, SlicedCrc } from './slicedCrc.ts';

const tables = makeCrcTables(0x82f63b78);

/** CRC-32C (Castagnoli). */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return new SlicedCrc(tables).of(bytes, start, end);
}

/** CRC-32C in the form in which TFRecord files keep it, so that a CRC over CRCs stays meaningful. */
export class MaskedCrc32c {
  readonly #crc = new SlicedCrc(tables);

  of(bytes: Uint8Array, start: number, end: number): number {
    const crc = this.#crc.of(bytes, start, end);
    return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  }
}

export function maskedCrc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return new MaskedCrc32c().of(bytes, start, end);
}
