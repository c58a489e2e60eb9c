import { DecimalScanner } from '../decimal.ts';
import { LineReader, type LogLine } from '../lineReader.ts';
import type { LogFormat, PointSink } from '../logFormat.ts';
import { mlflowExamples } from './mlflowExamples.ts';

export const mlflow: LogFormat = {
  name: 'mlflow',
  description: "Metric files of MLflow's file store (mlruns/<experiment>/<run>/metrics/<name>)",
  detect: detectMlflow,
  createReader: (path) => {
    const name = metricNameOf(path ?? '');
    const scanner = new DecimalScanner();
    const take = (line: LogLine, sink: PointSink): boolean => takePoint(line, scanner, name, sink);
    return new LineReader(take, 'not a line of an MLflow metric');
  },
  examples: mlflowExamples,
};

const space = 0x20;
/** Python's words for no finite number, as `str(float)` writes them. */
const words: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);
/** A longer value is none. */
const maximumWordBytes = 8;

/**
 * The whole of such a file: time, value, step, and since MLflow 2.17 perhaps the name and the digest
 * of a data set. The first writers left out the step and counted seconds.
 */
const linePattern = /^(\d{10}|\d{13}) [+-]?(?:\d[\d.]*(?:e[+-]?\d+)?|nan|inf)( -?\d+( .+)?)?\r?$/;

function detectMlflow(fileName: string, head: Uint8Array): number {
  const lines = new TextDecoder().decode(head).split('\n');
  const rest = lines.pop() ?? '';
  // The last line may be cut anywhere; alone it must be whole to tell anything.
  if (lines.length === 0) return judgeUnfinished(fileName, rest);
  const matches = lines.map((line) => linePattern.exec(line));
  const found = matches.filter((match) => match !== null);
  if (!matches[0] || found.length < lines.length * 0.7) return 0;
  return found.some((match) => isCertain(fileName, match)) ? 0.9 : 0.3;
}

function judgeUnfinished(fileName: string, line: string): number {
  const match = linePattern.exec(line);
  if (match) return isCertain(fileName, match) ? 0.9 : Number.NaN;
  return /^\d{0,13}( [\w.+-]*){0,4}$/.test(line) ? Number.NaN : 0;
}

/** Lines of a time in seconds or without a step are a table of measurements as often. */
function isCertain(fileName: string, [, time, step]: RegExpExecArray): boolean {
  return (time?.length === 13 && step !== undefined) || !fileName.includes('.');
}

/** What the path says behind `metrics/`: a slash in the name of a metric makes a folder. */
function metricNameOf(path: string): string {
  const parts = path.split(/[/\\]/);
  // A run's folder is named by 32 hexadecimal digits; below it, `metrics` may be part of a name.
  const run = parts.findIndex((part, at) => isRunId(part) && parts[at + 1] === 'metrics');
  const folder = run < 0 ? parts.lastIndexOf('metrics', -2) : run + 1;
  return parts.slice(folder < 0 ? -1 : folder + 1).join('/') || 'value';
}

function isRunId(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

function takePoint(line: LogLine, scanner: DecimalScanner, name: string, sink: PointSink): boolean {
  const { bytes, start, end } = line;
  // Of a number without its end no one knows whether it is whole.
  if (!line.isEnded) return false;
  const time = scanner.scan(bytes, start, end);
  const valueStart = scanner.end + 1;
  if (time === undefined || bytes[valueStart - 1] !== space) return false;
  const number = scanner.scan(bytes, valueStart, end);
  const isNumber = number !== undefined && isWordEnd(bytes, scanner.end, end);
  const valueEnd = isNumber ? scanner.end : wordEnd(bytes, valueStart, end);
  const value = isNumber ? number : wordValue(bytes, valueStart, valueEnd);
  const step = stepAt(bytes, valueEnd, end, scanner);
  if (value === undefined || step === undefined) return false;
  sink.unit(line.byteStart, line.byteEnd);
  sink.point(name, step, time > 1e11 ? time / 1000 : time, value);
  return true;
}

/** The number behind the value; the first writers had no steps, which MLflow itself reads as 0. */
function stepAt(
  bytes: Uint8Array,
  from: number,
  to: number,
  scanner: DecimalScanner,
): number | undefined {
  if (from >= to) return 0;
  const step = scanner.scan(bytes, from + 1, to);
  return step !== undefined && isWordEnd(bytes, scanner.end, to) ? step : undefined;
}

function isWordEnd(bytes: Uint8Array, at: number, to: number): boolean {
  return at >= to || bytes[at] === space;
}

function wordEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (!isWordEnd(bytes, at, to)) at += 1;
  return at;
}

function wordValue(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > maximumWordBytes) return undefined;
  return words.get(String.fromCharCode(...bytes.subarray(start, end)));
}
