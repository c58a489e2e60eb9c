import { crc32 } from 'node:zlib';

import { fail, type Result, succeed } from '../base/result.ts';

/** Where a list of numbers lies in the file of a checkpoint, in bytes. */
export interface CheckpointSection {
  readonly name: string;
  readonly type: 'float32' | 'float64';
  readonly start: number;
  readonly size: number;
  readonly crc32: number;
}

interface NamedNumbers {
  readonly name: string;
  readonly values: Float32Array | Float64Array;
}

/**
 * Numbers one after the other, bit by bit as they lie in memory (little-endian on what we run on).
 * The chunks are views, not copies: a checkpoint may be as large as the model.
 */
export function packSections(parts: readonly NamedNumbers[]): {
  readonly chunks: readonly Uint8Array[];
  /** CRC-32 of all chunks together. */
  readonly checksum: number;
  readonly sections: readonly CheckpointSection[];
} {
  const sections: CheckpointSection[] = [];
  const chunks: Buffer[] = [];
  let start = 0;
  let checksum = 0;
  for (const { name, values } of parts) {
    const chunk = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const type = values instanceof Float32Array ? 'float32' : 'float64';
    sections.push({ name, type, start, size: chunk.length, crc32: crc32(chunk) });
    chunks.push(chunk);
    checksum = crc32(chunk, checksum);
    start += chunk.length;
  }
  return { chunks, checksum, sections };
}

/** The numbers of a section; the error begins with the bytes that are damaged. */
export function unpackSection(
  bytes: Buffer,
  { name, type, start, size, crc32: expected }: CheckpointSection,
): Result<Float32Array | Float64Array> {
  const place = `bytes ${start}–${start + size} (${name})`;
  const width = type === 'float32' ? 4 : 8;
  if (size % width !== 0) return fail(`${place}: no whole number of ${type} values.`);
  const found = crc32(bytes.subarray(start, start + size));
  if (found !== expected) {
    return fail(`${place}: damaged, the checksum is ${found} where ${expected} was written.`);
  }
  // A copy of its own lies where typed arrays may begin.
  const { buffer } = Uint8Array.from(bytes.subarray(start, start + size));
  return succeed(type === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer));
}
