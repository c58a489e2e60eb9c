import { DecimalScanner } from './decimal.ts';
import { type Lead, type LineKey, type LineKeys, type LineScope, startsWith } from './lineKeys.ts';

interface Word {
  readonly bytes: Uint8Array;
  readonly value: number | undefined;
}

const words: readonly Word[] = [
  { bytes: ascii('NaN'), value: Number.NaN },
  { bytes: ascii('Infinity'), value: Number.POSITIVE_INFINITY },
  { bytes: ascii('-Infinity'), value: Number.NEGATIVE_INFINITY },
  { bytes: ascii('null'), value: undefined },
  { bytes: ascii('true'), value: undefined },
  { bytes: ascii('false'), value: undefined },
];
const wordByFirstByte: ReadonlyMap<number, Word> = new Map(
  words.map((word) => [word.bytes[0] ?? 0, word]),
);

/** Texts that are numbers JSON has no number for have at most as many bytes as `-Infinity`. */
const longestWord = 9;
/** Texts that rules ask for (a mode, a file name) are no longer than this. */
const longestAskedText = 4096;
/** So many ways to go on from a key are remembered; and only short ones, as names are. */
const maximumLeads = 8;
const longestLead = 1024;
/** Objects nested deeper than this are left to a real parser. */
const maximumDepth = 8;
/** And those under a longer name, which every leaf would repeat. */
const longestPrefix = 1024;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/**
 * Reads a line that is a plain object straight from its bytes: numbers, texts without escapes, lists
 * of numbers, objects of these. Everything else (escapes, media, keys that come twice, damage) it
 * leaves to a real parser.
 *
 * What stands between two values (`, "loss": `) is the same line after line, so that it is only
 * compared; where it is new, it is taken apart and remembered.
 */
export class LineScanner {
  readonly #keys: LineKeys;
  readonly #numbers = new DecimalScanner();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #root: LineScope = { parent: undefined, prefix: '', depth: 0 };
  /** The object and the key that the value at hand stands in; no object behind the end of all. */
  #scope: LineScope | undefined;
  #key: LineKey;
  /** Where the word that was read last ends; -1 where there was none. */
  #end = -1;

  constructor(keys: LineKeys) {
    this.#keys = keys;
    this.#key = keys.start;
  }

  /** Puts the leaves of the object between `from` and `to` into the keys; false if it cannot. */
  scan(bytes: Uint8Array, from: number, to: number): boolean {
    if (bytes[from] !== openObject || bytes[to - 1] !== closeObject) return false;
    this.#keys.beginLine();
    this.#scope = this.#root;
    this.#key = this.#keys.start;
    let at = this.#toValue(bytes, from, to);
    while (at >= 0 && this.#scope) {
      const end = this.#numbers.read(bytes, at, to);
      if (end >= 0) this.#keys.putNumber(this.#key, this.#numbers.value);
      const next = end >= 0 ? end : this.#takeOther(bytes, at, to);
      at = next < 0 ? next : this.#toValue(bytes, next, to);
    }
    return at === to;
  }

  /**
   * Moves from the end of a value to the next one: its index, the end where there is none any more
   * (and no scope), -1 where that cannot be told here.
   */
  #toValue(bytes: Uint8Array, from: number, to: number): number {
    const lead = this.#knownLead(bytes, from, to);
    if (!lead) return this.#learnLead(bytes, from, to);
    return this.#enter(lead) ? from + lead.bytes.length : -1;
  }

  #knownLead(bytes: Uint8Array, at: number, to: number): Lead | undefined {
    const { leads } = this.#key;
    for (let index = 0; index < leads.length; index += 1) {
      const lead = leads[index];
      if (lead && lead.from === this.#scope && startsWith(bytes, at, to, lead.bytes)) return lead;
    }
    return undefined;
  }

  #enter({ opened, scope, key }: Lead): boolean {
    for (let index = 0; index < opened.length; index += 1) {
      const object = opened[index];
      if (object && !this.#keys.meet(object)) return false;
    }
    this.#scope = scope;
    this.#key = key;
    return this.#keys.meet(key);
  }

  #learnLead(bytes: Uint8Array, start: number, to: number): number {
    const before = this.#key;
    const from = this.#scope;
    const first = before === this.#keys.start ? start : this.#leave(bytes, start);
    if (first < 0 || !from || !this.#scope) return first;
    const opened: LineKey[] = [];
    let at = this.#takeKey(bytes, first + 1, to, this.#scope);
    while (bytes[at] === openObject) {
      opened.push(this.#key);
      const scope = this.#open(this.#key, this.#scope);
      at = scope ? this.#takeKey(bytes, at + 1, to, scope) : -1;
    }
    if (at < 0 || at - start > longestLead) return at;
    if (before.leads.length >= maximumLeads) before.leads.length = 0;
    const lead = bytes.slice(start, at);
    before.leads.push({ bytes: lead, from, scope: this.#scope, opened, key: this.#key });
    return at;
  }

  /** Leaves the objects that end here: the index of the comma behind them, or the end of all. */
  #leave(bytes: Uint8Array, from: number): number {
    let at = skipSpace(bytes, from);
    while (this.#scope && bytes[at] === closeObject) {
      this.#scope = this.#scope.parent;
      at = this.#scope ? skipSpace(bytes, at + 1) : at + 1;
    }
    return !this.#scope || bytes[at] === comma ? at : -1;
  }

  /** Enters the object under a key; undefined where that takes a real parser. */
  #open(key: LineKey, parent: LineScope): LineScope | undefined {
    const depth = parent.depth + 1;
    key.scope ??= { parent, prefix: `${key.name}.`, depth };
    // A dot in a name makes `{"a.b": {}}` and `{"a": {"b": {}}}` the same to a name.
    const isFar = depth > maximumDepth || key.scope.prefix.length > longestPrefix;
    if (key.scope.parent !== parent || isFar) return undefined;
    this.#scope = key.scope;
    return key.scope;
  }

  /** Takes the key that begins at `from`; returns the index of its value, or -1. */
  #takeKey(bytes: Uint8Array, from: number, to: number, scope: LineScope): number {
    const open = skipSpace(bytes, from);
    const close = bytes[open] === quote ? plainTextEnd(bytes, open + 1, to) : -1;
    const mark = skipSpace(bytes, close + 1);
    if (close < 0 || bytes[mark] !== colon) return -1;
    const name = this.#decoder.decode(bytes.subarray(open + 1, close));
    // Images, histograms and the like of wandb: their sizes and counts are not metrics.
    if (scope.parent && name === '_type') return -1;
    this.#key = this.#keys.named(scope.prefix + name);
    return this.#keys.meet(this.#key) ? skipSpace(bytes, mark + 1) : -1;
  }

  #takeOther(bytes: Uint8Array, start: number, to: number): number {
    const first = bytes[start];
    if (first === quote) return this.#takeText(bytes, start + 1, to);
    if (first === openList) return this.#skipNumbers(bytes, start + 1, to);
    const value = this.#word(bytes, start, to);
    if (value !== undefined) this.#keys.putNumber(this.#key, value);
    return this.#end;
  }

  #takeText(bytes: Uint8Array, start: number, to: number): number {
    const key = this.#key;
    const end = plainTextEnd(bytes, start, to);
    if (end < 0) return -1;
    if (end - start <= longestWord) {
      const value = this.#word(bytes, start, end);
      if (value !== undefined && this.#end === end) this.#keys.putNumber(key, value);
    }
    if (key.isAskedFor) {
      if (end - start > longestAskedText) return -1;
      this.#keys.putTextBytes(key, bytes, start, end);
    }
    return end + 1;
  }

  /** A list of numbers holds no metrics, but what follows it does. */
  #skipNumbers(bytes: Uint8Array, start: number, to: number): number {
    let at = skipSpace(bytes, start);
    if (bytes[at] === closeList) return at + 1;
    while (at < to) {
      const end = this.#numbers.read(bytes, at, to);
      if (end < 0) return -1;
      at = skipSpace(bytes, end);
      if (bytes[at] === closeList) return at + 1;
      if (bytes[at] !== comma) return -1;
      at = skipSpace(bytes, at + 1);
    }
    return -1;
  }

  /** The number of a bare word; `#end` tells whether there was a word at all. */
  #word(bytes: Uint8Array, start: number, to: number): number | undefined {
    const word = wordByFirstByte.get(bytes[start] ?? 0);
    if (!word || !startsWith(bytes, start, to, word.bytes)) {
      this.#end = -1;
      return undefined;
    }
    this.#end = start + word.bytes.length;
    return word.value;
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The white space of JSON. */
function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

/** The index of the quote that ends a text without escapes and control characters, or -1. */
function plainTextEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) return at;
    if (byte === 0x5c || byte < 0x20) return -1;
  }
  return -1;
}
