import { crc32 } from '../../../server/src/readers/crc32.ts';
import type { ByteWriter } from '../byteWriter.mts';

const blockBytes = 32 * 2 ** 10;
const headerBytes = 7;
const chunkType = { full: 1, first: 2, middle: 3, last: 4 } as const;

/** Writes a record in the framing of LevelDB's log, as wandb and SwanLab have it. */
export function writeLevelDbRecord(out: ByteWriter, record: Uint8Array): void {
  out.begin(2 * record.length + blockBytes);
  let from = 0;
  let isFirst = true;
  do {
    const left = blockBytes - (out.written % blockBytes);
    if (left < headerBytes) out.skip(left);
    const room = blockBytes - (out.written % blockBytes) - headerBytes;
    const to = Math.min(record.length, from + room);
    writeChunk(out, typeOf(isFirst, to === record.length), record.subarray(from, to));
    from = to;
    isFirst = false;
  } while (from < record.length);
}

function writeChunk(out: ByteWriter, type: number, data: Uint8Array): void {
  const start = out.at;
  out.skip(4);
  out.uint16(data.length);
  out.byte(type);
  out.raw(data);
  out.uint32At(start, crc32(out.bytes, start + headerBytes - 1, out.at));
}

function typeOf(isFirst: boolean, isLast: boolean): number {
  if (isFirst) return isLast ? chunkType.full : chunkType.first;
  return isLast ? chunkType.last : chunkType.middle;
}
