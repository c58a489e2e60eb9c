import { ByteCache } from './byteCache.ts';
import { ProtoWalker, wireType } from './protoWire.ts';

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
  const length = wordAt(bytes, at);
  const value = readVarint(bytes, start + 1);
  if (!value || wordAt(bytes, at + 4) !== 0) return undefined;
  const first = bytes[value.end];
  const isStart =
    first === keyOf(valueField.id, wireType.varint) ||
    first === keyOf(valueField.tag, wireType.bytes);
  return isStart && value.end - start + value.length === length ? length : undefined;
}

/** A length of up to five bytes; undefined where none ends there. */
function readVarint(
  bytes: Uint8Array,
  start: number,
): { readonly length: number; readonly end: number } | undefined {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { length, end: start + index + 1 };
  }
  return undefined;
}

function wordAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (low | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

/** Decodes records one after another, so that the names of metrics are made once. */
export class VisualDlRecordReader {
  readonly #tags = new ByteCache((bytes) => decoder.decode(bytes));
  readonly #record = new ProtoWalker(nothing);
  readonly #value = new ProtoWalker(nothing);

  /** The numbers of the record from `start` up to `end`; undefined where the bytes are not one. */
  decode(bytes: Uint8Array, start: number, end: number): readonly VisualDlScalar[] | undefined {
    const scalars: VisualDlScalar[] = [];
    const walker = this.#record;
    walker.enter(bytes, start, end);
    while (walker.next()) {
      if (walker.field !== recordField.values || walker.wire !== wireType.bytes) return undefined;
      const scalar = this.#decodeValue(bytes, walker.start, walker.end);
      if (scalar === undefined) return undefined;
      if (scalar !== 'other') scalars.push(scalar);
    }
    return walker.failed ? undefined : scalars;
  }

  #decodeValue(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): VisualDlScalar | 'other' | undefined {
    const walker = this.#value;
    const draft: ValueDraft = { tag: '', step: 0, timestamp: 0, value: undefined };
    walker.enter(bytes, start, end);
    while (walker.next()) this.#takeField(bytes, walker, draft);
    const { tag, step, timestamp, value } = draft;
    if (walker.failed || tag === '') return undefined;
    return value === undefined ? 'other' : { tag, step, wallTime: secondsOf(timestamp), value };
  }

  #takeField(bytes: Uint8Array, walker: ProtoWalker, draft: ValueDraft): void {
    switch (walker.field) {
      case valueField.id:
        draft.step = walker.integer;
        break;
      case valueField.tag:
        draft.tag = this.#tags.find(bytes, walker.start, walker.end);
        break;
      case valueField.timestamp:
        draft.timestamp = walker.integer;
        break;
      case valueField.value:
        if (walker.wire === wireType.fixed32) draft.value = walker.float32;
        break;
    }
  }
}

interface ValueDraft {
  tag: string;
  step: number;
  timestamp: number;
  value: number | undefined;
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
