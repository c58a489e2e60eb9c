/** Zeros at the end of a file up to this many may be a hole that the writer has yet to fill. */
const maximumHoleBytes = 64 * 2 ** 10;

/**
 * Whether there are only zeros from `at` up to the end: a network file system shows them where a
 * writer's later block came before its earlier one. They are pending, not damage, until something
 * else stands behind them.
 */
export function isHole(bytes: Uint8Array, at: number): boolean {
  if (bytes.length - at > maximumHoleBytes) return false;
  for (let index = at; index < bytes.length; index += 1) if (bytes[index] !== 0) return false;
  return true;
}
