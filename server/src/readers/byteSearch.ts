/**
 * The same bytes, not copied, for `indexOf`: that of a Buffer is several times as fast as that of a
 * Uint8Array.
 */
export function searchable(bytes: Uint8Array): Uint8Array {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
