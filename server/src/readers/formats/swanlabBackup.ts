import { LevelDbFile } from '../levelDbFile.ts';
import type { LogFormat, PointSink } from '../logFormat.ts';
import { isLogRecord, numberOf, parseLogLine } from '../logRecord.ts';
import { secondsOfIsoTime } from '../logText.ts';
import { swanlabBackupExamples } from './swanlabBackupExamples.ts';

export const swanlabBackup: LogFormat = {
  name: 'swanlab-backup',
  description: 'SwanLab from 0.6 on (swanlog/run-*/backup.swanlab)',
  detect,
  createReader,
  examples: swanlabBackupExamples,
};

/** `:SWL`, the number 0xE1D6; the version follows. */
const magic = Uint8Array.of(0x3a, 0x53, 0x57, 0x4c, 0xd6, 0xe1);

function detect(_fileName: string, head: Uint8Array): number {
  const isBegun = magic.every((byte, index) => index >= head.length || head[index] === byte);
  if (head.length === 0 || !isBegun) return 0;
  return head.length >= magic.length ? 1 : Number.NaN;
}

function createReader(): LevelDbFile {
  const decoder = new TextDecoder();
  const header = { writer: 'SwanLab', magic, version: 1 };
  return new LevelDbFile(header, (bytes, start, end, byteStart, byteEnd, sink) => {
    const record = parseLogLine(decoder.decode(bytes.subarray(start, end)));
    if (!record) sink.skipped(byteStart, byteEnd, 'not a record of SwanLab');
    else if (record.model_type === 'Scalar') takeScalar(record.data, byteStart, byteEnd, sink);
  });
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
