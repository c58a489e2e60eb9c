import { makeCrcTables, slicedCrc } from './slicedCrc.ts';

const tables = makeCrcTables(0x82f63b78);

/** CRC-32C (Castagnoli). */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return slicedCrc(tables, bytes, start, end);
}

/** The form in which TFRecord files keep a CRC-32C, so that a CRC over CRCs stays meaningful. */
export function maskedCrc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const crc = crc32c(bytes, start, end);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
