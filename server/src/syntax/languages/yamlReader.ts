import { Alias, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

import {
  hasAny,
  type Properties,
  ranged,
  scalar,
  withoutEscapes,
  withProperties,
} from './yamlNodes.ts';

/** Deeper than this the library says what is wrong. */
const deepest = 80;
/** What the library has words for: other line ends, control characters, a byte order mark inside. */
const unusual = /\r(?!\n)|[^\n\r\t\u0020-\u007E\u00A0-\u2027\u202A-\uFEFE\uFF00-\uFFFD]/;
const quotedSingle = /'(?:[^'\r\n]|'')*'/y;
const quotedDouble = /"(?:[^"\\\r\n]|\\["\\/nt])*"/y;
/** Up to a colon that ends a key, a comment, or the end of the line. */
const plainInBlock =
  /(?:[^:#\r\n\t ]|:(?=[^\r\n\t ])|(?<=[^\r\n\t ])#|[ ]+(?=[^#:\r\n\t ]|:[^\r\n\t ]))+/y;
/** As above, and up to what separates the items of a flow collection. */
const plainInFlow =
  /(?:[^:#\r\n\t ,[\]{}]|:(?=[^\r\n\t ,[\]{}])|(?<=[^\r\n\t ])#|[ ]+(?=[^#:\r\n\t ,[\]{}]|:[^\r\n\t ,[\]{}]))+/y;
const plainStart = /(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|-(?=[^\s,[\]{}]))/y;
const restOfLine = /[ ]*(?:(?<=[\s]|^)#[^\r\n]*)?(?:\r?\n|$)/y;
const blankLine = /[ ]*(?:#[^\r\n]*)?(?:\r?\n|$)/y;
const property = /(?:&([\w.-]+)|!!(float|int|str))(?=[\s,\]}]|$)/y;
const aliasName = /\*([\w.-]+)(?=[\s,\]}]|$)/y;
const documentMark = /(?:---|\.\.\.)(?=\s|$)/y;
/** YAML allows no longer keys than 1024 characters. */
const longestKey = 1000;

/**
 * Reads YAML of the kind that configs are written in, into the nodes of the library, about eight
 * times as fast as the library itself: a file is read again at every keystroke. Gives undefined for
 * everything that is rare or wrong, such as texts over several lines and broken input, which the
 * library reads and has words for. What is read here is read as the library would.
 */
export function readPlainYaml(text: string): Node | undefined {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  if (unusual.test(text.slice(start))) return undefined;
  return new PlainYamlReader(text, start).read();
}

class PlainYamlReader {
  readonly #text: string;
  readonly #start: number;
  #at: number;
  #depth = 0;
  /** Offset of the beginning of the line that is being read. */
  #line: number;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#start = start;
    this.#at = start;
    this.#line = start;
  }

  read(): Node | undefined {
    if (!this.#toContent()) return undefined;
    if (this.#isMark()) {
      if (this.#match(/---[ ]*\r?\n/y) === undefined) return undefined;
      this.#line = this.#at;
      if (!this.#toContent()) return undefined;
    }
    const node = this.#readBlock();
    return node && this.#isAtEnd() && !(node instanceof Scalar) ? node : undefined;
  }

  /** A collection or a value that begins at the cursor, up to the line after it. */
  #readBlock(): Node | undefined {
    if (this.#depth > deepest || this.#isMark()) return undefined;
    this.#depth += 1;
    const node = this.#readBlockContent();
    this.#depth -= 1;
    return node;
  }

  #readBlockContent(): Node | undefined {
    if (this.#isDash()) return this.#readSequence(this.#column());
    if (this.#isKey()) return this.#readMapping(this.#column());
    return undefined;
  }

  #readMapping(column: number): Node | undefined {
    const map = new YAMLMap();
    const start = this.#at;
    let end = start;
    do {
      const key = this.#readKey();
      if (!key || this.#text[this.#at] !== ':') return undefined;
      this.#at += 1;
      end = this.#at;
      const value = this.#readValue(column, 'of-key');
      if (value === undefined) return undefined;
      map.items.push(new Pair(key, value));
      end = value?.range?.[1] ?? end;
    } while (this.#isAtColumn(column) && this.#isKey());
    if (!this.#isOutside(column)) return undefined;
    map.range = [start, end, end];
    return map;
  }

  #readSequence(column: number): Node | undefined {
    const sequence = new YAMLSeq();
    const start = this.#at;
    let end = start;
    do {
      this.#at += 1;
      const item = this.#readItem(column);
      // An item without content has a place of its own that is for the library to say.
      if (!item) return undefined;
      sequence.items.push(item);
      end = item.range?.[1] ?? end;
    } while (this.#isAtColumn(column) && this.#isDash());
    if (this.#column() > column && !this.#isAtEnd()) return undefined;
    sequence.range = [start, end, end];
    return sequence;
  }

  #readItem(column: number): Node | undefined {
    this.#skipSpaces();
    if (this.#isDash() || this.#isKey()) return this.#readBlock();
    return this.#readValue(column, 'of-item') ?? undefined;
  }

  /**
   * What stands behind a colon or a dash of a collection at a column, up to the next content. Null
   * where nothing stands there.
   */
  #readValue(column: number, place: 'of-key' | 'of-item'): Node | null | undefined {
    this.#skipSpaces();
    const before = this.#text[this.#at - 1];
    if (before !== ' ' && !this.#matches(restOfLine)) return undefined;
    const properties = this.#readProperties();
    if (!properties) return undefined;
    if (this.#endLine()) return this.#readBelow(column, place, properties);
    const node = this.#readInline(column, plainInBlock);
    // Further in than its key, the next line would go on with the value.
    if (!node || !this.#endLine() || !this.#isOutside(column)) return undefined;
    return withProperties(node, properties);
  }

  #readBelow(
    column: number,
    place: 'of-key' | 'of-item',
    properties: Properties,
  ): Node | null | undefined {
    const isFurtherIn = this.#column() > column;
    // The dashes of a list may stand right below its key.
    const isList = place === 'of-key' && this.#column() === column && this.#isDash();
    if (this.#isAtEnd() || !(isFurtherIn || isList)) return hasAny(properties) ? undefined : null;
    const node = this.#readBlock();
    return node && withProperties(node, properties);
  }

  #readInline(column: number, plain: RegExp): Node | undefined {
    const alias = this.#match(aliasName);
    if (alias) return ranged(new Alias(alias.slice(1)), this.#at - alias.length, this.#at);
    const character = this.#text[this.#at];
    if (character === '[') return this.#readFlowSequence(column);
    if (character === '{') return this.#readFlowMapping(column);
    return this.#readScalar(plain);
  }

  #readScalar(plain: RegExp): Scalar | undefined {
    const start = this.#at;
    const character = this.#text[start];
    if (character === "'") {
      const text = this.#match(quotedSingle);
      return text === undefined
        ? undefined
        : scalar(text.slice(1, -1).replaceAll("''", "'"), Scalar.QUOTE_SINGLE, start, this.#at);
    }
    if (character === '"') {
      const text = this.#match(quotedDouble);
      return text === undefined
        ? undefined
        : scalar(withoutEscapes(text.slice(1, -1)), Scalar.QUOTE_DOUBLE, start, this.#at);
    }
    if (!this.#matches(plainStart)) return undefined;
    const text = this.#match(plain);
    return text === undefined ? undefined : scalar(text, Scalar.PLAIN, start, this.#at);
  }

  #readKey(): Scalar | undefined {
    const key = this.#readScalar(plainInBlock);
    if (!key || this.#at - (key.range?.[0] ?? 0) > longestKey) return undefined;
    this.#skipSpaces();
    return key;
  }

  #readFlowSequence(column: number): Node | undefined {
    const sequence = new YAMLSeq();
    sequence.flow = true;
    const start = this.#at;
    this.#at += 1;
    for (;;) {
      if (!this.#skipInFlow(column)) return undefined;
      if (this.#text[this.#at] === ']') break;
      const item = this.#readFlowValue(column);
      if (!item || !this.#separate(column, ']')) return undefined;
      sequence.items.push(item);
    }
    this.#at += 1;
    return ranged(sequence, start, this.#at);
  }

  #readFlowMapping(column: number): Node | undefined {
    const map = new YAMLMap();
    map.flow = true;
    const start = this.#at;
    this.#at += 1;
    for (;;) {
      if (!this.#skipInFlow(column)) return undefined;
      if (this.#text[this.#at] === '}') break;
      const pair = this.#readFlowPair(column);
      if (!pair || !this.#separate(column, '}')) return undefined;
      map.items.push(pair);
    }
    this.#at += 1;
    return ranged(map, start, this.#at);
  }

  #readFlowPair(column: number): Pair | undefined {
    const key = this.#readScalar(plainInFlow);
    if (!key || this.#at - (key.range?.[0] ?? 0) > longestKey) return undefined;
    this.#skipSpaces();
    if (this.#text[this.#at] !== ':' || this.#text[this.#at + 1] !== ' ') return undefined;
    this.#at += 1;
    this.#skipSpaces();
    const value = this.#readFlowValue(column);
    return value && new Pair(key, value);
  }

  #readFlowValue(column: number): Node | undefined {
    if (this.#depth > deepest) return undefined;
    const properties = this.#readProperties();
    if (!properties) return undefined;
    this.#depth += 1;
    const node = this.#readInline(column, plainInFlow);
    this.#depth -= 1;
    return node && withProperties(node, properties);
  }

  /** Past the comma behind an item, or up to what closes the collection. */
  #separate(column: number, close: string): boolean {
    if (!this.#skipInFlow(column)) return false;
    if (this.#text[this.#at] === close) return true;
    if (this.#text[this.#at] !== ',') return false;
    this.#at += 1;
    // A comment needs a blank before it.
    return this.#text[this.#at] !== '#';
  }

  /** Past blanks and comments inside brackets, whose further lines stand further in than the key. */
  #skipInFlow(column: number): boolean {
    this.#skipSpaces();
    while (this.#endLine()) {
      if (this.#isAtEnd() || this.#column() <= column || this.#isMark()) return false;
    }
    return true;
  }

  /** At most one anchor and one tag; undefined where there are more of them. */
  #readProperties(): Properties | undefined {
    const found: { anchor?: string; tag?: string } = {};
    for (;;) {
      property.lastIndex = this.#at;
      const [, anchor, tag] = property.exec(this.#text) ?? [];
      const kind = anchor === undefined ? 'tag' : 'anchor';
      const value = anchor ?? (tag && `tag:yaml.org,2002:${tag}`);
      if (value === undefined) return found;
      if (found[kind] !== undefined) return undefined;
      found[kind] = value;
      this.#at = property.lastIndex;
      this.#skipSpaces();
    }
  }

  #isKey(): boolean {
    const start = this.#at;
    const key = this.#readKey();
    const isKey = key !== undefined && this.#text[this.#at] === ':';
    const after = this.#text[this.#at + 1];
    this.#at = start;
    return isKey && (after === undefined || /\s/.test(after));
  }

  #isDash(): boolean {
    return this.#matches(/-(?=[ \r\n]|$)/y);
  }

  #isMark(): boolean {
    return this.#column() === 0 && this.#matches(documentMark);
  }

  #isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  #isAtColumn(column: number): boolean {
    return !this.#isAtEnd() && this.#column() === column && !this.#isMark();
  }

  /** True where what comes next belongs to a collection further out. */
  #isOutside(column: number): boolean {
    return this.#isAtEnd() || this.#column() <= column;
  }

  #column(): number {
    return this.#at - this.#line;
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  /** Past the end of this line and empty lines to the next content; false where more stands here. */
  #endLine(): boolean {
    if (!this.#matches(restOfLine)) return false;
    this.#match(restOfLine);
    if (this.#isAtEnd()) return true;
    this.#line = this.#at;
    this.#toContent();
    return true;
  }

  /** Past empty lines and comments to the first character of a line; false at the end. */
  #toContent(): boolean {
    while (!this.#isAtEnd() && this.#match(blankLine) !== undefined) this.#line = this.#at;
    this.#skipSpaces();
    return !this.#isAtEnd() && this.#at >= this.#start;
  }

  #matches(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return undefined;
    const matched = this.#text.slice(this.#at, pattern.lastIndex);
    this.#at = pattern.lastIndex;
    return matched;
  }
}
