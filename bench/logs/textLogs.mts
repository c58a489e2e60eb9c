import { createRandom, type Random } from '../../server/src/base/random.ts';
import { consoleLogs } from './consoleLogs.mts';
import { csvLogs } from './csvLogs.mts';
import { jsonLogs } from './jsonLogs.mts';

/** One way that programs write text logs, to be generated at any length. */
export interface TextLog {
  readonly name: string;
  /** What such a file is called. */
  readonly fileName: string;
  /** Stands before the first line. */
  readonly header?: string;
  /** The text of one unit (a line, a table, the rows of a step), with its line end. */
  readonly unit: (index: number, random: Random) => string;
}

/** Every family, as real programs write it. */
export const textLogs: readonly TextLog[] = [...jsonLogs, ...csvLogs, ...consoleLogs];

const chunkBytes = 2 ** 20;
const encoder = new TextEncoder();

/**
 * The bytes of a log in pieces of about 1 MiB: whole units, `byteCount` bytes or a little more. The
 * same for every call.
 */
export function* chunksOf(log: TextLog, byteCount: number): Generator<Uint8Array> {
  const random = createRandom(6, log.name);
  let text = log.header ?? '';
  let left = byteCount;
  for (let index = 0; left > 0; index += 1) {
    text += log.unit(index, random);
    if (text.length < Math.min(left, chunkBytes)) continue;
    const bytes = encoder.encode(text);
    yield bytes;
    left -= bytes.length;
    text = '';
  }
}
