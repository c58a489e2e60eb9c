/** Beyond this many different names no more are remembered. */
const maximumNames = 16_384;
/** Lists of losses are shorter than this. */
const maximumItems = 16;
const maximumLists = 64;

class KnownName {
  readonly bytes: Uint8Array;
  readonly name: string;
  /** The name that came behind this one the last time. */
  next: KnownName | undefined;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
  }
}

/** Names as strings, made once for each spelling: a log repeats the same few in every line. */
export class NameTable {
  readonly #decoder = new TextDecoder();
  readonly #known = new Map<number, KnownName>();
  /** For a name, those of the items of a list that is called by it. */
  readonly #items = new Map<string, readonly string[]>();
  #last = new KnownName(new Uint8Array(), '');

  nameOf(bytes: Uint8Array, from: number, to: number): string {
    const guess = this.#last.next;
    const isGuessed = guess !== undefined && isSame(guess.bytes, bytes, from, to);
    const known = isGuessed ? guess : this.#lookUp(bytes, from, to);
    if (!known) return this.#decoder.decode(bytes.subarray(from, to));
    this.#last.next = known;
    this.#last = known;
    return known.name;
  }

  /** `name[index]`. */
  itemNameOf(name: string, index: number): string {
    const spell = (at: number): string => `${name}[${at}]`;
    const known = this.#items.get(name);
    if (known) return known[index] ?? spell(index);
    if (this.#items.size < maximumLists) {
      this.#items.set(
        name,
        Array.from({ length: maximumItems }, (_, at) => spell(at)),
      );
    }
    return spell(index);
  }

  /** Undefined for a name that is not remembered. */
  #lookUp(bytes: Uint8Array, from: number, to: number): KnownName | undefined {
    let hash = to - from;
    for (let at = from; at < to; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
    const known = this.#known.get(hash);
    if (known) return isSame(known.bytes, bytes, from, to) ? known : undefined;
    if (this.#known.size >= maximumNames) return undefined;
    const spelled = bytes.slice(from, to);
    const name = new KnownName(spelled, this.#decoder.decode(spelled));
    this.#known.set(hash, name);
    return name;
  }
}

function isSame(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let at = 0; at < known.length; at += 1) if (known[at] !== bytes[from + at]) return false;
  return true;
}
