import { createCrc32 } from './crc32.ts';
import { isHole } from './hole.ts';
import { uint32At } from './littleEndian.ts';
import type { PointSink } from './logFormat.ts';

/**
 * Takes one record: the bytes from `start` up to `end`, which lie in the file from `byteStart` up to
 * `byteEnd` (with their framing).
 */
export type TakeLogRecord = (
  bytes: Uint8Array,
  start: number,
  end: number,
  byteStart: number,
  byteEnd: number,
  sink: PointSink,
) => void;

/**
 * Takes apart the log framing of LevelDB (doc/log_format.md there): blocks of 32 KiB, counted from
 * the start of the file, of chunks that never cross a block: u32 CRC, u16 length, u8 type, data. A
 * record is one chunk or a first, middle ones and a last. The CRC is the plain one of zlib over type
 * and data, as Weights & Biases and SwanLab have it. After damage the next block is the first place
 * where a chunk can be found.
 */
export class LevelDbLog {
  readonly #take: TakeLogRecord;
  readonly #crc = createCrc32();
  /** Offset in the file up to which bytes are passed over. */
  #skipUntil = 0;
  /** Where the record began whose end is still to come. */
  #openFrom: number | undefined;
  /** Why the open record cannot be taken. */
  #lost: string | undefined;
  #parts: Uint8Array[] = [];
  #partBytes = 0;

  constructor(take: TakeLogRecord) {
    this.#take = take;
  }

  /** Consumes whole chunks and returns how many bytes those are. */
  read(bytes: Uint8Array, offset: number, sink: PointSink): number {
    const base = offset % blockBytes;
    let at = Math.min(Math.max(0, this.#skipUntil - offset), bytes.length);
    while (at < bytes.length) {
      const room = blockBytes - ((base + at) % blockBytes);
      const size =
        room < headerBytes
          ? this.#skip(offset + at + room, room)
          : this.#readChunk(bytes, at, room, offset, sink);
      if (size === 0) break;
      at = Math.min(at + size, bytes.length);
    }
    return at;
  }

  /** Returns the size of the chunk at `at`, or 0 while it is not there yet. */
  #readChunk(bytes: Uint8Array, at: number, room: number, offset: number, sink: PointSink): number {
    const start = at + headerBytes;
    if (start > bytes.length) return 0;
    const length = (bytes[at + 4] ?? 0) | ((bytes[at + 5] ?? 0) << 8);
    const type = bytes[at + 6] ?? 0;
    const end = start + length;
    if (type === 0 || type > chunk.last || end - at > room) {
      return this.#damage(bytes, at, at + 6, offset, 'not a chunk', sink);
    }
    if (end > bytes.length) return 0;
    if (this.#crc.of(bytes, at + 6, end) !== uint32At(bytes, at)) {
      return this.#damage(bytes, at, end - 1, offset, 'checksum does not match', sink);
    }
    this.#takeChunk(type, bytes, start, end, offset, sink);
    return end - at;
  }

  #takeChunk(
    type: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
    sink: PointSink,
  ): void {
    const byteStart = offset + start - headerBytes;
    const byteEnd = offset + end;
    if (type === chunk.full || type === chunk.first) this.#abandon(byteStart, sink);
    if (type === chunk.full) {
      this.#take(bytes, start, end, byteStart, byteEnd, sink);
      return;
    }
    if (this.#openFrom === undefined) {
      this.#openFrom = byteStart;
      if (type !== chunk.first) this.#lost = 'record without its beginning';
    }
    this.#keep(bytes, start, end);
    if (type === chunk.last) this.#finish(byteEnd, sink);
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    this.#partBytes += end - start;
    if (this.#partBytes > maximumRecordBytes) this.#lost ??= 'record above 64 MiB';
    // The bytes are the caller's, who may use them again: what is kept is a copy.
    if (this.#lost === undefined) this.#parts.push(bytes.slice(start, end));
    else this.#parts = [];
  }

  #finish(byteEnd: number, sink: PointSink): void {
    const byteStart = this.#openFrom ?? byteEnd;
    if (this.#lost === undefined) {
      const record = joinParts(this.#parts, this.#partBytes);
      this.#take(record, 0, record.length, byteStart, byteEnd, sink);
    } else sink.skipped(byteStart, byteEnd, this.#lost);
    this.#close();
  }

  /** A new record begins although the open one has no end. */
  #abandon(byteEnd: number, sink: PointSink): void {
    if (this.#openFrom === undefined) return;
    sink.skipped(this.#openFrom, byteEnd, this.#lost ?? 'record without its end');
    this.#close();
  }

  /** Passes over the block, unless zeros from `holeAt` on may yet be filled: returns as `#readChunk`. */
  #damage(
    bytes: Uint8Array,
    at: number,
    holeAt: number,
    offset: number,
    reason: string,
    sink: PointSink,
  ): number {
    if (isHole(bytes, holeAt)) return 0;
    const byteStart = offset + at;
    const room = blockBytes - (byteStart % blockBytes);
    sink.skipped(this.#openFrom ?? byteStart, byteStart + room, reason);
    this.#close();
    return this.#skip(byteStart + room, room);
  }

  #skip(until: number, size: number): number {
    this.#skipUntil = until;
    return size;
  }

  #close(): void {
    this.#openFrom = undefined;
    this.#lost = undefined;
    this.#parts = [];
    this.#partBytes = 0;
  }
}

const blockBytes = 32 * 2 ** 10;
const headerBytes = 7;
const chunk = { full: 1, first: 2, last: 4 } as const;
/** Records above this size are skipped, so that a damaged file cannot claim all memory. */
const maximumRecordBytes = 64 * 2 ** 20;

function joinParts(parts: readonly Uint8Array[], size: number): Uint8Array {
  const result = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
