/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, initial value and final xor ~0), eight bytes
 * at a time (Kounavis and Berry 2005, "slicing by 8"): `tables[k * 256 + b]` is the remainder of byte
 * b followed by k zero bytes.
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const low = crc ^ wordAt(bytes, at);
    const high = wordAt(bytes, at + 4);
    crc =
      entry(7, low) ^
      entry(6, low >>> 8) ^
      entry(5, low >>> 16) ^
      entry(4, low >>> 24) ^
      entry(3, high) ^
      entry(2, high >>> 8) ^
      entry(1, high >>> 16) ^
      entry(0, high >>> 24);
  }
  for (; at < end; at += 1) crc = (crc >>> 8) ^ entry(0, crc ^ (bytes[at] ?? 0));
  return ~crc >>> 0;
}

/** The form in which TFRecord files keep a CRC-32C, so that a CRC over CRCs stays meaningful. */
export function maskedCrc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const crc = crc32c(bytes, start, end);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const tables = makeTables();

function makeTables(): Uint32Array {
  const result = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    result[byte] = crc;
  }
  for (let at = 256; at < result.length; at += 1) {
    const before = result[at - 256] ?? 0;
    result[at] = (before >>> 8) ^ (result[before & 0xff] ?? 0);
  }
  return result;
}

function entry(table: number, byte: number): number {
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
