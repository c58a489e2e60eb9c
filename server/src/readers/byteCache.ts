import { BlockView } from './blockView.ts';

/** So many values are remembered; a log with more has other things in its keys than names. */
const maximumValues = 65_536;

/**
 * What was made of bytes that come again and again, as the names of metrics do: it is made once and
 * not for each point.
 */
export class ByteCache<Value> {
  readonly #make: (bytes: Uint8Array) => Value;
  readonly #view = new BlockView();
  readonly #byHash = new Map<number, Entry<Value>>();
  #last: Entry<Value> | undefined;

  /** `make` gets a copy of the bytes, which it may keep. */
  constructor(make: (bytes: Uint8Array) => Value) {
    this.#make = make;
  }

  /** The value for the bytes from `start` up to `end`. */
  find(bytes: Uint8Array, start: number, end: number): Value {
    const view = this.#view.of(bytes);
    const guess = this.#last?.next;
    const isRight = guess !== undefined && isSame(guess.view, view, start, end);
    const entry = isRight ? guess : this.#search(bytes, view, start, end);
    if (!isRight && this.#last) this.#last.next = entry;
    this.#last = entry;
    return entry.value;
  }

  #search(bytes: Uint8Array, view: DataView, start: number, end: number): Entry<Value> {
    const hash = hashOf(bytes, start, end);
    const known = this.#byHash.get(hash);
    if (known && isSame(known.view, view, start, end)) return known;
    const copy = bytes.slice(start, end);
    const entry = { value: this.#make(copy), view: new DataView(copy.buffer), next: undefined };
    if (this.#byHash.size >= maximumValues) this.#forget();
    this.#byHash.set(hash, entry);
    return entry;
  }

  #forget(): void {
    this.#byHash.clear();
    this.#last = undefined;
  }
}

interface Entry<Value> {
  readonly value: Value;
  readonly view: DataView;
  /** What followed this one before: most records repeat the names of the last. */
  next: Entry<Value> | undefined;
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  return hash;
}

function isSame(known: DataView, view: DataView, start: number, end: number): boolean {
  const length = known.byteLength;
  if (length !== end - start) return false;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    if (known.getInt32(at) !== view.getInt32(start + at)) return false;
  }
  for (; at < length; at += 1) if (known.getUint8(at) !== view.getUint8(start + at)) return false;
  return true;
}
