/** A key of a log's lines, with what it holds in the line at hand. */
export class LineKey {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The key that followed this one in an earlier line: most lines repeat the keys of the last. */
  next: LineKey | undefined;
  /** The lines in which it was met last, and in which it got its number and its text. */
  seenLine = 0;
  numberLine = 0;
  textLine = 0;
  value = Number.NaN;
  text = '';
  /** Whether a family asks for this key by its name. */
  isAskedFor = false;
  /** The name of the metric, where a family made another of it: see LineFamily. */
  readonly metricNames: (string | null | undefined)[] = [];

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.bytes = bytes;
  }
}

/** So many keys are remembered; a log with more has other things in its keys than names. */
const maximumKeys = 65_536;

/**
 * The leaves of one line, and every key that was met before, so that a name is made into a string
 * once and not for each point.
 */
export class LineKeys {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  readonly #byName = new Map<string, LineKey>();
  readonly #start = new LineKey('', new Uint8Array());
  readonly #numbers: LineKey[] = [];
  #count = 0;
  #line = 0;
  #last = this.#start;

  /** How many numbers the line holds. */
  get count(): number {
    return this.#count;
  }

  /** The key of the number at an index below `count`. */
  at(index: number): LineKey {
    return this.#numbers[index] ?? this.#start;
  }

  /** Forgets the leaves of the line before. */
  beginLine(): void {
    this.#line += 1;
    this.#count = 0;
    this.#last = this.#start;
  }

  /** The key of a rule, which stays the same object for good. */
  asked(name: string): LineKey {
    const key = this.named(name);
    key.isAskedFor = true;
    return key;
  }

  named(name: string): LineKey {
    const known = this.#byName.get(name);
    if (known) return known;
    if (this.#byName.size >= maximumKeys) this.#forget();
    const key = new LineKey(name, this.#encoder.encode(name));
    this.#byName.set(name, key);
    return key;
  }

  /**
   * The key whose bytes begin at `from` and are followed by a quote; undefined where that takes a
   * real parser: escapes, control characters, no end, a key that the line had before.
   */
  quoted(bytes: Uint8Array, from: number, to: number): LineKey | undefined {
    const guess = this.#last.next;
    const isGuessed = guess !== undefined && startsWithKey(bytes, from, guess.bytes);
    const key = isGuessed ? guess : this.#lookUp(bytes, from, to);
    if (!key || key.seenLine === this.#line) return undefined;
    key.seenLine = this.#line;
    this.#last.next = key;
    this.#last = key;
    return key;
  }

  putNumber(key: LineKey, value: number): void {
    key.value = value;
    if (key.numberLine === this.#line) return;
    key.numberLine = this.#line;
    this.#numbers[this.#count] = key;
    this.#count += 1;
  }

  putText(key: LineKey, text: string): void {
    key.text = text;
    key.textLine = this.#line;
  }

  hasNumber(key: LineKey): boolean {
    return key.numberLine === this.#line;
  }

  hasText(key: LineKey): boolean {
    return key.textLine === this.#line;
  }

  #lookUp(bytes: Uint8Array, from: number, to: number): LineKey | undefined {
    const end = plainTextEnd(bytes, from, to);
    return end < 0 ? undefined : this.named(this.#decoder.decode(bytes.subarray(from, end)));
  }

  /** Keys that were asked for stay: whoever asked holds them. */
  #forget(): void {
    this.#start.next = undefined;
    for (const [name, key] of this.#byName) {
      if (key.isAskedFor) key.next = undefined;
      else this.#byName.delete(name);
    }
  }
}

function startsWithKey(bytes: Uint8Array, from: number, key: Uint8Array): boolean {
  const length = key.length;
  for (let index = 0; index < length; index += 1) {
    if (bytes[from + index] !== key[index]) return false;
  }
  return bytes[from + length] === 0x22;
}

/** The index of the quote that ends a text without escapes and control characters, or -1. */
export function plainTextEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x22) return at;
    if (byte === 0x5c || byte < 0x20) return -1;
  }
  return -1;
}
