import { LineReader, type TakeLine } from '../lineReader.ts';
import type { LogFormat } from '../logFormat.ts';
import { type LogRecord, numberOf, parseLogLine } from '../logRecord.ts';
import { secondsOfIsoTime } from '../logText.ts';
import { swanlabExamples } from './swanlabExamples.ts';

export const swanlab: LogFormat = {
  name: 'swanlab',
  description: 'SwanLab before 0.6 (swanlog/run-*/logs/<metric>/<n>.log: a value in each line)',
  detect,
  createReader: (path = '') => new LineReader(takeValues(metricOf(path)), 'not a value of SwanLab'),
  examples: swanlabExamples,
};

function detect(_fileName: string, head: Uint8Array): number {
  const text = new TextDecoder().decode(head).trimStart();
  const end = text.indexOf('\n');
  const record = parseLogLine(end < 0 ? text : text.slice(0, end));
  if (record) return isValue(record) ? 1 : 0;
  // The beginning of a first line that is not there yet.
  const isBeginning = end < 0 && '{"index":'.startsWith(text.replaceAll(' ', '').slice(0, 9));
  return isBeginning && head.length < 4096 ? Number.NaN : 0;
}

function isValue(record: LogRecord): boolean {
  return typeof record.index === 'number' && 'data' in record && 'create_time' in record;
}

function takeValues(name: string): TakeLine {
  return ({ bytes, start, end, byteStart, byteEnd }, sink) => {
    const record = parseLogLine(new TextDecoder().decode(bytes.subarray(start, end)));
    if (!record || !isValue(record)) return false;
    const value = numberOf(record.data);
    // Images, texts and the like have a file name or a list there.
    if (value === undefined) return true;
    sink.unit(byteStart, byteEnd);
    sink.point(name, Number(record.index), secondsOfIsoTime(record.create_time), value);
    return true;
  };
}

/** The folder of the file is the name of the metric, quoted as in a URL. */
function metricOf(path: string): string {
  const folder = path.split(/[/\\]/).at(-2) ?? '';
  if (folder === '') return 'data';
  try {
    return decodeURIComponent(folder);
  } catch {
    return folder;
  }
}
