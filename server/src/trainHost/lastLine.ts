import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A line with its place in its file, in bytes; `end` is the one after its line end. */
export interface LastLine {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const firstWindowBytes = 2 ** 16;
const lineEnd = 0x0a;

/**
 * The last line of a file that has its line end, without it; undefined where there is none. Reads
 * from the end, so that its cost does not grow with the file.
 */
export function readLastLine(path: string): LastLine | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    for (let window = firstWindowBytes; ; window *= 2) {
      const from = Math.max(0, size - window);
      const bytes = readFrom(descriptor, from, size - from);
      const last = bytes.lastIndexOf(lineEnd);
      // A search from -1 would begin at the end again.
      const before = last > 0 ? bytes.lastIndexOf(lineEnd, last - 1) : -1;
      if (last >= 0 && (before >= 0 || from === 0)) {
        const text = bytes.toString('utf8', before + 1, last);
        return { text, start: from + before + 1, end: from + last + 1 };
      }
      if (from === 0) return undefined;
    }
  } finally {
    closeSync(descriptor);
  }
}

function readFrom(descriptor: number, start: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, bytes, filled, length - filled, start + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
