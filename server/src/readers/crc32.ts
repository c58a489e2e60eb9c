import { makeCrcTables, SlicedCrc } from './slicedCrc.ts';

const tables = makeCrcTables(0xedb88320);

/** CRC-32 of zlib and Ethernet. */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return createCrc32().of(bytes, start, end);
}

/** The same for many ranges of the same bytes. */
export function createCrc32(): SlicedCrc {
  return new SlicedCrc(tables);
}
