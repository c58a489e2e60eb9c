const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Where the one value of a document begins. */
export function documentStart(bytes: Uint8Array): number {
  const hasMark = byteOrderMark.every((byte, index) => bytes[index] === byte);
  return skipJsonSpace(bytes, hasMark ? byteOrderMark.length : 0);
}

/** Whether there is nothing but white space from `at` on. */
export function isDocumentEnd(bytes: Uint8Array, at: number): boolean {
  return skipJsonSpace(bytes, at) >= bytes.length;
}

/**
 * Goes over the members of the object, or the items of the list, that begins at `start`, one at a
 * time, so that whoever reads a large one can pause in between.
 */
export class JsonCursor {
  readonly #bytes: Uint8Array;
  readonly #close: number | undefined;
  #at: number;
  #isFirst = true;
  #key = '';
  #end = -1;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#close = closingOf(bytes[start]);
    this.#at = start + 1;
  }

  /** The key of the value at hand, empty for an item. */
  get key(): string {
    return this.#key;
  }

  /** Where the value at hand begins. */
  get valueStart(): number {
    return this.#at;
  }

  /**
   * Once there is no next value: the index behind the last bracket, or -1 where the text is no
   * object and no list, or not whole; what stands before that place has been gone over.
   */
  get end(): number {
    return this.#end;
  }

  /** Moves to the next value; false where there is none. `passTo` comes in between. */
  next(): boolean {
    const at = this.#close === undefined ? -1 : this.#nextPart(this.#close);
    this.#isFirst = false;
    this.#at = at < 0 || this.#close === closeList ? at : this.#takeKey(at);
    return this.#at >= 0;
  }

  /** Says where the value at hand ends: -1 where it is not whole; `valueEnd` finds it. */
  passTo(valueTo: number): void {
    this.#at = valueTo;
  }

  /** The index of the next key or item, or -1. */
  #nextPart(close: number): number {
    if (this.#at < 0) return -1;
    const at = skipJsonSpace(this.#bytes, this.#at);
    const byte = this.#bytes[at];
    if (byte === close) this.#end = at + 1;
    if (byte === close || at >= this.#bytes.length) return -1;
    if (this.#isFirst) return at;
    if (byte !== comma) return -1;
    const next = skipJsonSpace(this.#bytes, at + 1);
    return next < this.#bytes.length ? next : -1;
  }

  /** Takes the key that begins here: the index of its value, or -1. */
  #takeKey(at: number): number {
    const bytes = this.#bytes;
    const keyEnd = bytes[at] === quote ? stringEnd(bytes, at) : -1;
    const colonAt = skipJsonSpace(bytes, Math.max(0, keyEnd));
    if (keyEnd < 0 || bytes[colonAt] !== colon) return -1;
    this.#key = new TextDecoder().decode(bytes.subarray(at + 1, keyEnd - 1));
    return skipJsonSpace(bytes, colonAt + 1);
  }
}

function closingOf(byte: number | undefined): number | undefined {
  if (byte === openObject) return closeObject;
  return byte === openList ? closeList : undefined;
}

/** The index of the first byte that is no white space. */
function skipJsonSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isJsonSpace(bytes[at])) at += 1;
  return at;
}

function isJsonSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * The index behind the value that begins at `start`, or -1 where it does not end. Nothing is
 * checked inside of it: it is looked through for brackets and quotes alone.
 */
export function valueEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === quote) return stringEnd(bytes, start);
  if (first === openObject || first === openList) return nestEnd(bytes, start);
  let at = start;
  while (at < bytes.length && isScalarByte(bytes[at])) at += 1;
  return at > start ? at : -1;
}

/** Whether a byte may be one of a number or of a word. */
function isScalarByte(byte = 0): boolean {
  return byte > 0x20 && byte !== comma && byte !== closeList && byte !== closeObject;
}

/** As `valueEnd`, with a pause in every so many bytes of a long object or list. */
export function* valueEndInSlices(
  bytes: Uint8Array,
  start: number,
): Generator<undefined, number, undefined> {
  const first = bytes[start];
  if (first !== openObject && first !== openList) return valueEnd(bytes, start);
  const nest = new NestWalk(bytes, start);
  while (!nest.walk(nest.at + sliceBytes)) yield;
  return nest.at;
}

const sliceBytes = 2 ** 22;

function nestEnd(bytes: Uint8Array, start: number): number {
  const nest = new NestWalk(bytes, start);
  nest.walk(bytes.length);
  return nest.at;
}

/** Looks for the bracket that closes the one at `start`. */
class NestWalk {
  readonly #bytes: Uint8Array;
  #depth = 0;
  #at: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** How far it came; at last the index behind the bracket, or -1 where there is none. */
  get at(): number {
    return this.#at;
  }

  /** Goes on up to `limit` or a little further; whether there is no more to do. */
  walk(limit: number): boolean {
    const bytes = this.#bytes;
    const to = Math.min(limit, bytes.length);
    let depth = this.#depth;
    let at = this.#at;
    while (at >= 0 && at < to) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) at = stringEnd(bytes, at);
      else {
        depth += depthChange(byte);
        at += 1;
        if (depth === 0) return this.#stop(at);
      }
    }
    this.#depth = depth;
    return this.#pause(at);
  }

  #stop(at: number): true {
    this.#at = at;
    return true;
  }

  #pause(at: number): boolean {
    if (at < 0 || at >= this.#bytes.length) return this.#stop(-1);
    this.#at = at;
    return false;
  }
}

/** Braces differ from brackets in one bit. */
function depthChange(byte: number): number {
  const bracket = byte & 0xdf;
  if (bracket === openList) return 1;
  return bracket === closeList ? -1 : 0;
}

/** The index behind the quote that closes the one at `start`, or -1. */
function stringEnd(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) at += 1;
  }
  return -1;
}
