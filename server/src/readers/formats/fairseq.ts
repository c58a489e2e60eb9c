import { LineReader, type LogLine } from '../lineReader.ts';
import type { LogFormat, PointSink } from '../logFormat.ts';
import { parseLogLine } from '../logRecord.ts';
import { numberOfText } from '../logText.ts';
import { fairseqExamples } from './fairseqExamples.ts';

export const fairseq: LogFormat = {
  name: 'fairseq',
  description: 'fairseq-train and fairseq-hydra-train (log formats json and simple)',
  detect,
  createReader: () => new LineReader(takeLine),
  examples: fairseqExamples,
};

/** `[2021-01-01 00:00:00,000][train_inner][INFO] - ` of Hydra. */
const hydraHead = /^\[[\d:, -]+\]\[([\w.]+)\]\[INFO\] - /;
/** `2021-01-01 00:00:00 | INFO | train_inner | ` of the command without Hydra. */
const plainHead = /^[\d:, -]+ \| INFO \| ([\w.]+) \| /;
/** Heads are no longer than this. */
const maximumHead = 120;
/** The stream whose names stay as they are: the running figures of training. */
const mainStream = 'train_inner';

function detect(_fileName: string, head: Uint8Array): number {
  const text = new TextDecoder().decode(head);
  if (text.trim() === '') return Number.NaN;
  const lines = text.split('\n');
  const names = lines.flatMap((line) => loggerOf(line)?.name ?? []);
  if (names.some((name) => name === mainStream || /^fairseq(?:_cli)?\./.test(name))) return 0.95;
  // Other programs write such heads too; fairseq's own name comes soon.
  const mayCome = names.length > 0 || text.length < maximumHead;
  return mayCome && head.length < 4096 && /^\[?\d/.test(text) ? Number.NaN : 0;
}

interface Logger {
  readonly name: string;
  readonly rest: string;
}

function loggerOf(line: string): Logger | undefined {
  const head = line.slice(0, maximumHead);
  const match = hydraHead.exec(head) ?? plainHead.exec(head);
  return match ? { name: match[1] ?? '', rest: line.slice(match[0].length) } : undefined;
}

/** Most lines are the texts of a program; only those with a count of updates tell metrics. */
function takeLine(line: LogLine, sink: PointSink): boolean {
  const { bytes, start, end, isEnded } = line;
  const logger = loggerOf(new TextDecoder().decode(bytes.subarray(start, end)));
  const values = logger && valuesOf(logger.rest, isEnded);
  if (!values) return false;
  const { name: stream } = logger;
  const stepKey = ['num_updates', `${stream}_num_updates`].find((key) => values.has(key));
  const step = stepKey === undefined ? undefined : values.get(stepKey);
  if (step === undefined) return false;
  sink.unit(line.byteStart, line.byteEnd);
  for (const [key, value] of values) {
    if (key !== stepKey) sink.point(metricName(stream, key), step, Number.NaN, value);
  }
  return true;
}

/** JSON is whole in itself; a text without its line end may be no more than a beginning. */
function valuesOf(text: string, isEnded: boolean): ReadonlyMap<string, number> | undefined {
  return valuesOfJson(text) ?? (isEnded ? valuesOfText(text) : undefined);
}

/** Keeps apart what several streams call alike; fairseq itself writes `train_loss`, `valid_loss`. */
function metricName(stream: string, key: string): string {
  return stream === mainStream || key.startsWith(`${stream}_`) ? key : `${stream}/${key}`;
}

/** The figures of `{"epoch": 1, "update": 0.5, "loss": "9.276"}`. */
function valuesOfJson(text: string): ReadonlyMap<string, number> | undefined {
  const record = text.startsWith('{') ? parseLogLine(text) : undefined;
  if (!record) return undefined;
  return numbersOf(
    Object.entries(record).map(([key, value]) => {
      return [key, typeof value === 'number' || typeof value === 'string' ? String(value) : ''];
    }),
  );
}

/**
 * The figures of `epoch 001:    100 / 500 loss=5.3, num_updates=100` while an epoch runs and of
 * `epoch 001 | loss 5.3 | num_updates 500` at its end.
 */
function valuesOfText(text: string): ReadonlyMap<string, number> | undefined {
  const head = /^epoch \d+(?::\s+\d+ \/ \d+ | \| )/.exec(text);
  if (!head) return undefined;
  const body = text.slice(head[0].length).replace(/^valid on '[^']*' subset \| /, '');
  const [between, within] = head[0].endsWith('| ') ? [' | ', ' '] : [', ', '='];
  const epoch: readonly [string, string] = ['epoch', String(Number.parseInt(text.slice(6), 10))];
  return numbersOf([
    epoch,
    ...body.split(between).map((pair) => {
      const at = pair.indexOf(within);
      return at < 0 ? ['', ''] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  ]);
}

function numbersOf(entries: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const [key = '', text = ''] of entries) {
    const value = numberOfText(text);
    if (key !== '' && value !== undefined) numbers.set(key, value);
  }
  return numbers;
}
