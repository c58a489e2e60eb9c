import { makeCrcTables, slicedCrc } from './slicedCrc.ts';

const tables = makeCrcTables(0xedb88320);

/** CRC-32 of zlib and Ethernet. */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return slicedCrc(tables, bytes, start, end);
}
