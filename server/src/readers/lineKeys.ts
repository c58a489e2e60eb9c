/** An object in a line: what its keys stand in. */
export interface LineScope {
  /** The object that it stands in itself; undefined for the line. */
  readonly parent: LineScope | undefined;
  /** Put before the names of its keys. */
  readonly prefix: string;
  readonly depth: number;
}

/** What stood before a value in an earlier line, from the end of the value before it on. */
export interface Lead {
  readonly bytes: Uint8Array;
  /** The objects that the value before it stood in, and that this one stands in. */
  readonly from: LineScope;
  readonly scope: LineScope;
  /** The keys of the objects that begin in between. */
  readonly opened: readonly LineKey[];
  readonly key: LineKey;
}

const noBytes = new Uint8Array();

/** A key of a log's lines, with what it holds in the line at hand. */
export class LineKey {
  readonly name: string;
  /** What followed the value of this key in earlier lines: most lines repeat the keys of the last. */
  readonly leads: Lead[] = [];
  /** The object that stands under this key, where one does. */
  scope: LineScope | undefined;
  /** The lines in which it was met last, and in which it got its number and its text. */
  seenLine = 0;
  numberLine = 0;
  textLine = 0;
  value = Number.NaN;
  text = '';
  /** The bytes of the text, where it came as bytes. */
  textBytes: Uint8Array = noBytes;
  /** Whether a family asks for this key by its name. */
  isAskedFor = false;
  /** The name of the metric, where a family made another of it: see LineFamily. */
  readonly metricNames: (string | null | undefined)[] = [];

  constructor(name: string) {
    this.name = name;
  }
}

/** So many keys are remembered; a log with more has other things in its keys than names. */
const maximumKeys = 65_536;

/**
 * The leaves of one line, and every key that was met before, so that a name is made into a string
 * once and not for each point.
 */
export class LineKeys {
  /** Stands before the first key of a line. */
  readonly start = new LineKey('');
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #byName = new Map<string, LineKey>();
  readonly #numbers: LineKey[] = [];
  #count = 0;
  #line = 0;

  /** How many numbers the line holds. */
  get count(): number {
    return this.#count;
  }

  /** The key of the number at an index below `count`. */
  at(index: number): LineKey {
    return this.#numbers[index] ?? this.start;
  }

  /** Forgets the leaves of the line before. */
  beginLine(): void {
    this.#line += 1;
    this.#count = 0;
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
    const key = new LineKey(name);
    this.#byName.set(name, key);
    return key;
  }

  /** Marks the key as met in this line; false where the line had it before. */
  meet(key: LineKey): boolean {
    if (key.seenLine === this.#line) return false;
    key.seenLine = this.#line;
    return true;
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
    key.textBytes = noBytes;
    key.textLine = this.#line;
  }

  /** As `putText`, with the text between `from` and `to`, of which most lines repeat the last one. */
  putTextBytes(key: LineKey, bytes: Uint8Array, from: number, to: number): void {
    key.textLine = this.#line;
    const { length } = key.textBytes;
    if (length > 0 && length === to - from && startsWith(bytes, from, to, key.textBytes)) return;
    key.textBytes = bytes.slice(from, to);
    key.text = this.#decoder.decode(key.textBytes);
  }

  hasNumber(key: LineKey): boolean {
    return key.numberLine === this.#line;
  }

  hasText(key: LineKey): boolean {
    return key.textLine === this.#line;
  }

  /** Keys that were asked for stay: whoever asked holds them. */
  #forget(): void {
    this.start.leads.length = 0;
    for (const [name, key] of this.#byName) {
      key.leads.length = 0;
      if (!key.isAskedFor) this.#byName.delete(name);
    }
  }
}

/** Whether these bytes stand at `at`, before `to`. */
export function startsWith(bytes: Uint8Array, at: number, to: number, wanted: Uint8Array): boolean {
  const length = wanted.length;
  if (at + length > to) return false;
  for (let index = 0; index < length; index += 1) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}
