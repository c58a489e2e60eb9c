/**
 * The four bytes from `at` on as a signed number of 32 bits, little end first; bytes beyond the end
 * count as 0. Byte by byte, as this is faster than a view that must be made for each block.
 */
export function int32At(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

/** The same without a sign. */
export function uint32At(bytes: Uint8Array, at: number): number {
  return int32At(bytes, at) >>> 0;
}
