import { ByteCache } from './byteCache.ts';
import { DecimalScanner } from './decimal.ts';
import type { PointSink } from './logFormat.ts';
import { isLogRecord, type LogRecord, numberOf, parseLogLine } from './logRecord.ts';
import { ProtoWalker, wireType } from './protoWire.ts';
import { decodeWandbKey, type WandbKey } from './wandbKey.ts';

// Field numbers: wandb/proto/wandb_internal.proto.
const recordField = { history: 2, stats: 7 } as const;
const historyField = { item: 1, step: 2 } as const;
const statsField = { timestamp: 2, item: 3 } as const;
const itemField = { key: 1, nestedKey: 2, value: 16 } as const;

/** System metrics stand apart from those of the training under this prefix. */
const systemPrefix = 'system/';
/** Objects nested deeper than this are not metrics. */
const maximumDepth = 16;
/** What is nested under a longer name neither: every number would repeat it. */
const longestPrefix = 1024;
/** An object that begins like this is an image, a table or the like; it need not be parsed. */
const mediaStarts = ['{"_type":"', '{"_type": "'].map((text) => new TextEncoder().encode(text));

/** Where the points of one record go. */
interface PointPlace {
  readonly sink: PointSink;
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly prefix: string;
  readonly step: number;
  readonly wallTime: number;
}

/**
 * Takes the numbers out of the records of Weights & Biases: history, and the statistics of the
 * system without a step. All other records (console output, summaries, configs) are passed over.
 */
export class WandbRecordReader {
  readonly #decoder = new TextDecoder();
  readonly #scanner = new DecimalScanner();
  readonly #keys = new ByteCache(decodeWandbKey);
  readonly #record = new ProtoWalker(nothing);
  readonly #list = new ProtoWalker(nothing);
  readonly #item = new ProtoWalker(nothing);
  /** The items of the record at hand: key, and where its JSON text begins and ends. */
  readonly #itemKeys: WandbKey[] = [];
  readonly #itemStarts: number[] = [];
  readonly #itemEnds: number[] = [];
  #itemCount = 0;
  #isSound = true;
  #isUnitOpen = false;

  /** False where the bytes are not a record; points that came before the bad bytes hold. */
  take(
    bytes: Uint8Array,
    start: number,
    end: number,
    byteStart: number,
    byteEnd: number,
    sink: PointSink,
  ): boolean {
    const walker = this.#record;
    this.#isSound = true;
    walker.enter(bytes, start, end);
    while (this.#isSound && walker.next()) {
      if (walker.wire !== wireType.bytes) continue;
      if (walker.field === recordField.history) {
        const step = this.#readHistory(bytes, walker.start, walker.end);
        const wallTime = this.#numberAt(bytes, 'time') ?? Number.NaN;
        this.#emit(bytes, { sink, byteStart, byteEnd, prefix: '', step, wallTime });
      } else if (walker.field === recordField.stats) {
        const wallTime = this.#readStats(bytes, walker.start, walker.end);
        const place = {
          sink,
          byteStart,
          byteEnd,
          prefix: systemPrefix,
          step: Number.NaN,
          wallTime,
        };
        this.#emit(bytes, place);
      }
    }
    return this.#isSound && !walker.failed;
  }

  /** Returns the step of the history; NaN where it has none. */
  #readHistory(bytes: Uint8Array, start: number, end: number): number {
    const walker = this.#list;
    let step = Number.NaN;
    this.#itemCount = 0;
    walker.enter(bytes, start, end);
    while (walker.next()) {
      if (walker.wire !== wireType.bytes) continue;
      if (walker.field === historyField.item) this.#readItem(bytes, walker.start, walker.end);
      else if (walker.field === historyField.step) {
        step = this.#readInteger(bytes, walker.start, walker.end, 1);
      }
    }
    if (walker.failed) this.#isSound = false;
    return this.#numberAt(bytes, 'step') ?? step;
  }

  /** Returns the wall time of the statistics. */
  #readStats(bytes: Uint8Array, start: number, end: number): number {
    const walker = this.#list;
    let wallTime = Number.NaN;
    this.#itemCount = 0;
    walker.enter(bytes, start, end);
    while (walker.next()) {
      if (walker.wire !== wireType.bytes) continue;
      if (walker.field === statsField.item) this.#readItem(bytes, walker.start, walker.end);
      else if (walker.field === statsField.timestamp) {
        const seconds = this.#readInteger(bytes, walker.start, walker.end, 1);
        wallTime = seconds + this.#readInteger(bytes, walker.start, walker.end, 2) / 1e9;
      }
    }
    if (walker.failed) this.#isSound = false;
    return wallTime;
  }

  /** A varint of a small message; 0, as protobuf has it, where it is absent. */
  #readInteger(bytes: Uint8Array, start: number, end: number, field: number): number {
    const walker = this.#item;
    let value = 0;
    walker.enter(bytes, start, end);
    while (walker.next()) {
      if (walker.field === field && walker.wire === wireType.varint) value = walker.integer;
    }
    if (walker.failed) this.#isSound = false;
    return value;
  }

  #readItem(bytes: Uint8Array, start: number, end: number): void {
    // Nearly every item is one key and one short text, which needs no walk.
    const keyEnd = start + 2 + (bytes[start + 1] ?? 0);
    const isPlain =
      isShortKey(bytes, start) &&
      bytes[keyEnd] === valueTag[0] &&
      bytes[keyEnd + 1] === valueTag[1] &&
      bytes[keyEnd + 2] === end - keyEnd - 3 &&
      end - keyEnd - 3 < 0x80;
    if (isPlain) this.#addItem(this.#keys.find(bytes, start, keyEnd), keyEnd + 3, end);
    else this.#walkItem(bytes, start, end);
  }

  #walkItem(bytes: Uint8Array, start: number, end: number): void {
    const walker = this.#item;
    let keyEnd = start;
    let valueStart = end;
    let valueEnd = end;
    walker.enter(bytes, start, end);
    while (walker.next()) {
      if (walker.wire !== wireType.bytes) continue;
      if (walker.field === itemField.value) {
        valueStart = walker.start;
        valueEnd = walker.end;
      } else if (walker.field === itemField.key || walker.field === itemField.nestedKey) {
        keyEnd = walker.end;
      }
    }
    if (walker.failed) this.#isSound = false;
    else this.#addItem(this.#keys.find(bytes, start, keyEnd), valueStart, valueEnd);
  }

  #addItem(key: WandbKey, start: number, end: number): void {
    this.#itemKeys[this.#itemCount] = key;
    this.#itemStarts[this.#itemCount] = start;
    this.#itemEnds[this.#itemCount] = end;
    this.#itemCount += 1;
  }

  /** The number of the item that has this role, where it is one. */
  #numberAt(bytes: Uint8Array, role: WandbKey['role']): number | undefined {
    for (let index = 0; index < this.#itemCount; index += 1) {
      if (this.#itemKeys[index]?.role !== role) continue;
      const end = this.#itemEnds[index] ?? 0;
      const value = this.#scanner.scan(bytes, this.#itemStarts[index] ?? 0, end);
      if (value !== undefined && this.#scanner.end === end) return value;
    }
    return undefined;
  }

  #emit(bytes: Uint8Array, place: PointPlace): void {
    const media = this.#mediaPrefixes(bytes);
    this.#isUnitOpen = false;
    for (let index = 0; index < this.#itemCount; index += 1) {
      const key = this.#itemKeys[index];
      if (key?.role !== 'metric') continue;
      if (media && belongsTo(media, key.name)) continue;
      this.#emitItem(
        bytes,
        key.name,
        this.#itemStarts[index] ?? 0,
        this.#itemEnds[index] ?? 0,
        place,
      );
    }
  }

  /**
   * The Go client writes an object key by key, the `_type` that tells media beside the others:
   * beginnings of the names that belong to media.
   */
  #mediaPrefixes(bytes: Uint8Array): ReadonlySet<string> | undefined {
    let result: Set<string> | undefined;
    for (let index = 0; index < this.#itemCount; index += 1) {
      const prefix = this.#itemKeys[index]?.mediaPrefix;
      if (prefix === undefined || bytes[this.#itemStarts[index] ?? 0] !== quote) continue;
      result ??= new Set();
      result.add(prefix);
    }
    return result;
  }

  #emitItem(bytes: Uint8Array, name: string, start: number, end: number, place: PointPlace): void {
    if (start >= end) return;
    const number = this.#scanner.scan(bytes, start, end);
    if (number !== undefined && this.#scanner.end === end) {
      this.#emitPoint(name, number, place);
      return;
    }
    const first = bytes[start];
    // Lists, booleans and null hold no metrics; a text does where it is NaN or Infinity.
    if (first === quote ? end - start > longestWord : !startsOthers.has(first ?? 0)) return;
    if (mediaStarts.some((text) => text.every((byte, index) => bytes[start + index] === byte))) {
      return;
    }
    // The parser of lines knows the bare words of Python; it takes objects only.
    const text = `{"v":${this.#decoder.decode(bytes.subarray(start, end))}}`;
    this.#emitValue(name, parseLogLine(text)?.v, 0, place);
  }

  #emitValue(name: string, value: unknown, depth: number, place: PointPlace): void {
    const number = numberOf(value);
    if (number !== undefined) this.#emitPoint(name, number, place);
    else if (mayHoldNumbers(name, value, depth)) {
      for (const key of Object.keys(value)) {
        this.#emitValue(`${name}.${key}`, value[key], depth + 1, place);
      }
    }
  }

  #emitPoint(name: string, value: number, place: PointPlace): void {
    const { sink, prefix } = place;
    if (!this.#isUnitOpen) sink.unit(place.byteStart, place.byteEnd);
    this.#isUnitOpen = true;
    sink.point(prefix === '' ? name : prefix + name, place.step, place.wallTime, value);
  }
}

/** The two bytes of the tag of an item's value: field 16 with a length. */
const valueTag = [0x82, 0x01] as const;

/** Whether a key or one part of a nested key, shorter than 128 bytes, begins at `start`. */
function isShortKey(bytes: Uint8Array, start: number): boolean {
  const tag = bytes[start];
  return (tag === 0x0a || tag === 0x12) && (bytes[start + 1] ?? 0x80) < 0x80;
}

const nothing = new Uint8Array();
const quote = 0x22;
/** `"-Infinity"`, with its quotes. */
const longestWord = 11;
/** First bytes of what is worth a parser: objects, NaN, Infinity, -Infinity, numbers with spaces. */
const startsOthers: ReadonlySet<number> = new Set(
  Array.from('{NI- \t\n\r', (letter) => letter.charCodeAt(0)),
);

function mayHoldNumbers(name: string, value: unknown, depth: number): value is LogRecord {
  const isNear = depth < maximumDepth && name.length <= longestPrefix;
  return isNear && isLogRecord(value) && !isMedia(value);
}

/** Whether a name is nested under one of the prefixes, which end with a dot. */
function belongsTo(prefixes: ReadonlySet<string>, name: string): boolean {
  let dot = name.indexOf('.');
  for (let depth = 0; dot >= 0 && depth < maximumDepth; depth += 1) {
    if (prefixes.has(name.slice(0, dot + 1))) return true;
    dot = name.indexOf('.', dot + 1);
  }
  return false;
}

/** Images, histograms and the like: their sizes and counts are not metrics. */
function isMedia(record: LogRecord): boolean {
  return typeof record._type === 'string';
}
