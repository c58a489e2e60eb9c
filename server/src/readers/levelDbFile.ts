import { isHole } from './hole.ts';
import { LevelDbLog, type TakeLogRecord } from './levelDbLog.ts';
import type { LogReader, PointSink } from './logFormat.ts';

/** What such a file begins with. */
export interface LevelDbHeader {
  /** The program that writes it, for people. */
  readonly writer: string;
  /** Six bytes; the version follows in one. */
  readonly magic: Uint8Array;
  /** The version that can be read. */
  readonly version: number;
}

const headerBytes = 7;

/** Reads a file of records in the log framing of LevelDB behind a header, which counts in its blocks. */
export class LevelDbFile implements LogReader {
  readonly #header: LevelDbHeader;
  readonly #log: LevelDbLog;
  #state: 'start' | 'reading' | 'stopped' = 'start';

  constructor(header: LevelDbHeader, take: TakeLogRecord) {
    this.#header = header;
    this.#log = new LevelDbLog(take);
  }

  read(bytes: Uint8Array, offset: number, sink: PointSink): number {
    const begin = this.#state === 'start' ? this.#readHeader(bytes, offset, sink) : 0;
    if (this.#state === 'stopped') return bytes.length;
    if (this.#state === 'start') return 0;
    return begin + this.#log.read(bytes.subarray(begin), offset + begin, sink);
  }

  readIdleTail(): number {
    // A chunk without its end is never whole, however long the file has been idle.
    return 0;
  }

  /** Returns the bytes of the header, or 0 while it is not there yet. */
  #readHeader(bytes: Uint8Array, offset: number, sink: PointSink): number {
    if (bytes.length < headerBytes) return 0;
    const { writer, magic, version } = this.#header;
    const isRight = magic.every((byte, index) => bytes[index] === byte);
    if (!isRight && isHole(bytes, 0)) return 0;
    const found = bytes[headerBytes - 1];
    this.#state = isRight && found !== version ? 'stopped' : 'reading';
    if (this.#state === 'stopped') {
      const reason = `version ${found} of the files of ${writer} is not known; nothing in this file can be read`;
      sink.skipped(offset, offset + headerBytes, reason);
    } else if (!isRight) {
      // The checksums behind it tell whether the rest is what the file is taken for.
      sink.skipped(offset, offset + headerBytes, `not the header of a file of ${writer}`);
    }
    return headerBytes;
  }
}
