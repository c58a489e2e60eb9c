import { isLogRecord, type LogRecord, numberOf, parseLogLine } from '../logRecord.ts';
import { findStepKey } from './jsonlKeys.ts';

/** Detection sees no more of a file than this. */
const headBytes = 4096;
/** Text longer than this belongs to a data set or a protocol of answers, not to a training log. */
const longText = 200;

/**
 * How surely a file holds training metrics as JSON lines. Questions and answers are JSON lines too:
 * what tells metrics is a step, and numbers rather than text.
 */
export function detectJsonLines(fileName: string, head: Uint8Array): number {
  const text = new TextDecoder().decode(head);
  const start = text.trimStart();
  if (start === '') return Number.NaN;
  if (!start.startsWith('{')) return 0;
  // mmcv describes the machine first, in a line that may be longer than the head.
  if (start.startsWith('{"env_info"')) return 0.9;
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  const records = lines.filter((line) => line.trim() !== '').map(parseLogLine);
  // A last line without its end counts if it is whole in itself.
  const last = parseLogLine(rest);
  if (last) records.push(last);
  const extent = records.length > 1 || !last || isLineFile(fileName) ? 'sequence' : 'single';
  if (records.length > 0) return judgeRecords(records, extent);
  return head.length < headBytes ? Number.NaN : judgePrefix(start);
}

function isLineFile(fileName: string): boolean {
  return /\.(jsonl|ndjson)$/i.test(fileName);
}

/**
 * A single object that no line end closes could be any file of settings or results, unless the name
 * of the file says more.
 */
function judgeRecords(
  lines: readonly (LogRecord | undefined)[],
  extent: 'sequence' | 'single',
): number {
  const records = lines.filter((record) => record !== undefined);
  if (typeof records[0]?.counterweight === 'number') return 1;
  if (records.length < lines.length / 2) return 0;
  const counts = records.map(countLeaves);
  if (counts.filter(({ longTexts }) => longTexts > 0).length > counts.length / 2) return 0.2;
  const hasStep = records.some((record, index) => {
    return findStepKey(record) !== undefined && (counts[index]?.numbers ?? 0) > 1;
  });
  if (hasStep) return extent === 'sequence' ? 0.9 : 0.3;
  const numbers = counts.reduce((sum, count) => sum + count.numbers, 0);
  const texts = counts.reduce((sum, count) => sum + count.texts, 0);
  if (numbers === 0 || numbers < texts) return 0.2;
  return extent === 'sequence' ? 0.6 : 0.3;
}

interface LeafCount {
  numbers: number;
  texts: number;
  longTexts: number;
}

function countLeaves(record: LogRecord): Readonly<LeafCount> {
  const count: LeafCount = { numbers: 0, texts: 0, longTexts: 0 };
  for (const value of Object.values(record)) countLeaf(value, count);
  return count;
}

function countLeaf(value: unknown, count: LeafCount): void {
  if (numberOf(value) !== undefined) count.numbers += 1;
  else if (typeof value === 'string') countText(value, count);
  else if (Array.isArray(value)) {
    // Numbers in lists are no metrics, but text in lists shows what the file is about.
    for (const item of value) if (typeof item === 'string') countText(item, count);
  } else if (isLogRecord(value)) {
    const inner = countLeaves(value);
    count.numbers += inner.numbers;
    count.texts += inner.texts;
    count.longTexts += inner.longTexts;
  }
}

function countText(text: string, count: LeafCount): void {
  count.texts += 1;
  if (text.length > longText) count.longTexts += 1;
}

/** Judges the beginning of a first line that is longer than the head (92 losses of DETR are). */
function judgePrefix(text: string): number {
  const pair = /"[^"\\\n]{1,200}"\s*:\s*(?:"([^"]*)|(-?(?:\d[\d.eE+-]*|NaN|Infinity)))/g;
  let numbers = 0;
  let texts = 0;
  for (const [, word, number] of text.matchAll(pair)) {
    if ((word?.length ?? 0) > longText) return 0.2;
    if (number === undefined) texts += 1;
    else numbers += 1;
  }
  return numbers >= 3 && numbers >= texts ? 0.7 : 0.2;
}
