import { isHole } from '../hole.ts';
import { LevelDbLog } from '../levelDbLog.ts';
import type { LogFormat, LogReader, PointSink } from '../logFormat.ts';
import { WandbRecordReader } from '../wandbRecord.ts';
import { wandbExamples } from './wandbExamples.ts';

export const wandb: LogFormat = {
  name: 'wandb',
  description:
    'Weights & Biases `run-*.wandb` files, which offline and online runs write; system statistics stand under `system/`',
  detect,
  createReader: () => new WandbReader(),
  examples: wandbExamples,
};

/** `:W&B`, the number 0xBEE1; the version follows. */
const magic = Uint8Array.of(0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe);
const headerBytes = 7;
const knownVersion = 0;

function detect(fileName: string, head: Uint8Array): number {
  const isNamed = /\.wandb$/i.test(fileName);
  const isBegun = magic.every((byte, index) => index >= head.length || head[index] === byte);
  if (!isBegun) return isNamed ? 0.5 : 0;
  if (head.length >= magic.length) return 1;
  return isNamed || head.length > 0 ? Number.NaN : 0;
}

class WandbReader implements LogReader {
  readonly #records = new WandbRecordReader();
  readonly #log = new LevelDbLog((bytes, start, end, byteStart, byteEnd, sink) => {
    const isTaken = this.#records.take(bytes, start, end, byteStart, byteEnd, sink);
    if (!isTaken) sink.skipped(byteStart, byteEnd, 'not a record of Weights & Biases');
  });
  #state: 'start' | 'reading' | 'stopped' = 'start';

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
    const isRight = magic.every((byte, index) => bytes[index] === byte);
    if (!isRight && isHole(bytes, 0)) return 0;
    const version = bytes[headerBytes - 1];
    this.#state = isRight && version !== knownVersion ? 'stopped' : 'reading';
    if (this.#state === 'stopped') {
      const reason = `version ${version} of Weights & Biases files is not known; nothing in this file can be read`;
      sink.skipped(offset, offset + headerBytes, reason);
    } else if (!isRight) {
      // The checksums behind it tell whether the rest is what the name of the file promises.
      sink.skipped(offset, offset + headerBytes, 'not the header of a Weights & Biases file');
    }
    return headerBytes;
  }
}
