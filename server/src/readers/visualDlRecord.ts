import { ByteCache } from './byteCache.ts';
import { uint32At } from './littleEndian.ts';
import { ProtoWalker, shortVarint, shortVarintSize, wireType } from './protoWire.ts';

/** One `Record.Value` with a number. */
interface VisualDlScalar {
  readonly tag: string;
  readonly step: number;
  /** Seconds since the Unix epoch; NaN where the record has none. */
  readonly wallTime: number;
  /** The float32, widened. */
  readonly value: number;
}

// Field numbers: visualdl/proto/record.proto.
const recordField = { values: 1 } as const;
const valueField = { id: 1, tag: 2, timestamp: 3, value: 4 } as const;

/** Bytes before a record: its length (u64). */
export const visualDlHeaderBytes = 8;
/** Bytes that `readVisualDlLength` looks at: the length and the head of the first value. */
export const visualDlPrefixBytes = visualDlHeaderBytes + 7;

/**
 * The length of the record whose header starts at `at`; undefined where no record starts there.
 * There is no checksum, but the writer puts one value into a record, so that the length inside it
 * must fit the one before it, and the value starts with its step or its tag.
 */
export function readVisualDlLength(bytes: Uint8Array, at: number): number | undefined {
  const start = at + visualDlHeaderBytes;
  if (bytes[start] !== keyOf(recordField.values, wireType.bytes)) return undefined;
  const length = uint32At(bytes, at);
  const size = shortVarintSize(bytes, start + 1);
  if (size === 0 || uint32At(bytes, at + 4) !== 0) return undefined;
  const valueStart = start + 1 + size;
  const first = bytes[valueStart];
  const isStart =
    first === keyOf(valueField.id, wireType.varint) ||
    first === keyOf(valueField.tag, wireType.bytes);
  const isFitting = 1 + size + shortVarint(bytes, start + 1, size) === length;
  return isStart && isFitting ? length : undefined;
}

/**
 * Decodes records one after another. What it says of one holds until the next: nothing is made anew
 * for each, as files hold millions.
 */
export class VisualDlRecordReader {
  readonly #tags = new ByteCache((bytes) => decoder.decode(bytes));
  readonly #record = new ProtoWalker(nothing);
  readonly #value = new ProtoWalker(nothing);
  /** Those behind the first `count` are from earlier records, kept to be filled again. */
  readonly #scalars: ScalarDraft[] = [];

  /** How many numbers the record holds. */
  count = 0;

  /** False where the bytes from `start` up to `end` are no record. */
  decode(bytes: Uint8Array, start: number, end: number): boolean {
    const walker = this.#record;
    this.count = 0;
    walker.enter(bytes, start, end);
    while (walker.next()) {
      if (walker.field !== recordField.values || walker.wire !== wireType.bytes) return false;
      if (!this.#decodeValue(bytes, walker.start, walker.end)) return false;
    }
    return !walker.failed;
  }

  /** The number at an index below `count`. */
  scalar(index: number): VisualDlScalar | undefined {
    return this.#scalars[index];
  }

  #decodeValue(bytes: Uint8Array, start: number, end: number): boolean {
    const walker = this.#value;
    const draft = this.#scalars[this.count] ?? makeDraft();
    let hasNumber = false;
    this.#scalars[this.count] = draft;
    draft.tag = '';
    draft.step = 0;
    draft.wallTime = Number.NaN;
    walker.enter(bytes, start, end);
    while (walker.next()) {
      this.#takeField(bytes, walker, draft);
      hasNumber ||= walker.field === valueField.value && walker.wire === wireType.fixed32;
    }
    if (hasNumber) this.count += 1;
    return !walker.failed && draft.tag !== '';
  }

  #takeField(bytes: Uint8Array, walker: ProtoWalker, draft: ScalarDraft): void {
    switch (walker.field) {
      case valueField.id:
        draft.step = walker.integer;
        break;
      case valueField.tag:
        draft.tag = this.#tags.find(bytes, walker.start, walker.end);
        break;
      case valueField.timestamp:
        draft.wallTime = secondsOf(walker.integer);
        break;
      case valueField.value:
        if (walker.wire === wireType.fixed32) draft.value = walker.float32;
        break;
    }
  }
}

type ScalarDraft = { -readonly [Key in keyof VisualDlScalar]: VisualDlScalar[Key] };

function makeDraft(): ScalarDraft {
  return { tag: '', step: 0, wallTime: Number.NaN, value: Number.NaN };
}

const nothing = new Uint8Array();

/** The writer's clock counts milliseconds; early versions and callers of their own count seconds. */
function secondsOf(timestamp: number): number {
  if (timestamp === 0) return Number.NaN;
  return timestamp > greatestSeconds ? timestamp / 1000 : timestamp;
}

/** The year 5138 in seconds, and 1973 in milliseconds. */
const greatestSeconds = 1e11;
const decoder = new TextDecoder();

function keyOf(field: number, wire: number): number {
  return field * 8 + wire;
}
