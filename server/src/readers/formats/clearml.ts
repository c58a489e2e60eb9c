import { LineReader, type LogLine } from '../lineReader.ts';
import type { LogFormat, PointSink } from '../logFormat.ts';
import { isLogRecord, type LogRecord, numberOf, parseLogValue } from '../logRecord.ts';
import { clearmlExamples } from './clearmlExamples.ts';

export const clearml: LogFormat = {
  name: 'clearml',
  description: 'ClearML offline sessions (metrics.jsonl: a list of events in each line)',
  detect,
  createReader: () => new LineReader(takeEvents, 'not a list of events'),
  examples: clearmlExamples,
};

/** The keys every event has, near enough to its beginning to stand in the head of the file. */
const eventKeys = ['"metric"', '"variant"', '"timestamp"'] as const;

function detect(_fileName: string, head: Uint8Array): number {
  const text = new TextDecoder().decode(head.subarray(0, 1024)).trimStart();
  if (text === '' || text === '[') return Number.NaN;
  if (!/^\[\s*\{/.test(text)) return 0;
  if (eventKeys.every((key) => text.includes(key))) return 1;
  // The message of a console event may push the keys of the next one far back.
  if (/"type"\s*:\s*"(?:training_|log)/.test(text)) return 0.8;
  return head.length < 1024 ? Number.NaN : 0;
}

function takeEvents({ bytes, start, end, byteStart, byteEnd }: LogLine, sink: PointSink): boolean {
  const events = parseLogValue(new TextDecoder().decode(bytes.subarray(start, end)));
  if (!Array.isArray(events)) return false;
  const scalars = events.filter(isScalar);
  if (scalars.length > 0) sink.unit(byteStart, byteEnd);
  for (const event of scalars) {
    const step = numberOf(event.iter) ?? Number.NaN;
    const milliseconds = numberOf(event.timestamp) ?? Number.NaN;
    sink.point(nameOf(event), step, milliseconds / 1000, numberOf(event.value) ?? Number.NaN);
  }
  return true;
}

/** Messages, plots and images stand between the scalars. */
function isScalar(event: unknown): event is LogRecord {
  return isLogRecord(event) && numberOf(event.value) !== undefined;
}

/** ClearML draws a plot for each metric and a line in it for each variant. */
function nameOf({ metric, variant }: LogRecord): string {
  const parts = [metric, variant].filter((part) => typeof part === 'string' && part !== '');
  return parts.length > 0 ? parts.join('/') : 'value';
}
