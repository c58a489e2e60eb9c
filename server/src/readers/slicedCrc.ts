/**
 * The CRC of 32 bits (initial value and final xor ~0) that these tables are of, over the bytes from
 * `start` up to `end`, eight at a time (Kounavis and Berry 2005, "slicing by 8").
 */
export function slicedCrc(
  tables: Int32Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  let crc = -1;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const low = crc ^ wordAt(bytes, at);
    const high = wordAt(bytes, at + 4);
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
  for (; at < end; at += 1) crc = (crc >>> 8) ^ entry(tables, 0, crc ^ (bytes[at] ?? 0));
  return ~crc >>> 0;
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

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}
