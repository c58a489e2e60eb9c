import { isHole } from '../hole.ts';
import { LevelDbLog } from '../levelDbLog.ts';
import type { LogFormat, LogReader, PointSink } from '../logFormat.ts';
import { isLogRecord, numberOf, parseLogLine } from '../logRecord.ts';
import { secondsOfIsoTime } from '../logText.ts';
import { swanlabBackupExamples } from './swanlabBackupExamples.ts';

export const swanlabBackup: LogFormat = {
  name: 'swanlab-backup',
  description: 'SwanLab from 0.6 on (swanlog/run-*/backup.swanlab)',
  detect,
  createReader: () => new BackupReader(),
  examples: swanlabBackupExamples,
};

/** `:SWL`, the number 0xE1D6; the version follows. */
const magic = Uint8Array.of(0x3a, 0x53, 0x57, 0x4c, 0xd6, 0xe1);
const headerBytes = 7;
const knownVersion = 1;

function detect(_fileName: string, head: Uint8Array): number {
  const isBegun = magic.every((byte, index) => index >= head.length || head[index] === byte);
  if (head.length === 0 || !isBegun) return 0;
  return head.length >= magic.length ? 1 : Number.NaN;
}

class BackupReader implements LogReader {
  readonly #decoder = new TextDecoder();
  readonly #log = new LevelDbLog((bytes, start, end, byteStart, byteEnd, sink) => {
    const record = parseLogLine(this.#decoder.decode(bytes.subarray(start, end)));
    if (!record) sink.skipped(byteStart, byteEnd, 'not a record of SwanLab');
    else if (record.model_type === 'Scalar') takeScalar(record.data, byteStart, byteEnd, sink);
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
    if (bytes.length < headerBytes || isHole(bytes, 0)) return 0;
    const isRight = magic.every((byte, index) => bytes[index] === byte);
    const isKnown = isRight && bytes[headerBytes - 1] === knownVersion;
    this.#state = isKnown ? 'reading' : 'stopped';
    if (!isKnown) {
      const reason = 'no header of a version that is known; nothing in this file can be read';
      sink.skipped(offset, offset + headerBytes, reason);
    }
    return headerBytes;
  }
}

/** `metric` is what a line of the older files holds: index, data and time. */
function takeScalar(data: unknown, byteStart: number, byteEnd: number, sink: PointSink): void {
  if (!isLogRecord(data) || !isLogRecord(data.metric) || typeof data.key !== 'string') return;
  const value = numberOf(data.metric.data);
  if (value === undefined) return;
  const step = numberOf(data.step) ?? numberOf(data.metric.index) ?? Number.NaN;
  sink.unit(byteStart, byteEnd);
  sink.point(data.key, step, secondsOfIsoTime(data.metric.create_time), value);
}
