/** Beyond this many different names no more are remembered. */
const maximumNames = 16_384;

interface KnownName {
  readonly bytes: Uint8Array;
  readonly name: string;
}

/** Names as strings, made once for each spelling: a log repeats the same few in every line. */
export class NameTable {
  readonly #decoder = new TextDecoder();
  readonly #known = new Map<number, KnownName>();

  nameOf(bytes: Uint8Array, from: number, to: number): string {
    let hash = to - from;
    for (let at = from; at < to; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
    const known = this.#known.get(hash);
    if (known && isSame(known.bytes, bytes, from, to)) return known.name;
    const name = this.#decoder.decode(bytes.subarray(from, to));
    if (!known && this.#known.size < maximumNames) {
      this.#known.set(hash, { bytes: bytes.slice(from, to), name });
    }
    return name;
  }
}

function isSame(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let at = 0; at < known.length; at += 1) if (known[at] !== bytes[from + at]) return false;
  return true;
}
