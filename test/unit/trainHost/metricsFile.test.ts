import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { formatMetricLine } from '../../../server/src/model/metricLine.ts';
import { readLastLine } from '../../../server/src/trainHost/lastLine.ts';
import { continueMetricsFile } from '../../../server/src/trainHost/metricsFile.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace();
});
afterEach(() => folder[Symbol.dispose]());

const header = { counterweight: 1, terms: ['a'], sharedGroup: 'all' } as const;
const headerLine = '{"counterweight":1,"terms":["a"],"sharedGroup":"all"}\n';
const line = (step: number, loss = step): string => formatMetricLine(step, 10, { 'loss/a': loss });

/** Opens the file, lets a run that begins after `from` write its steps, and gives the text. */
function continueWith(...chunks: readonly string[]): string {
  const opened = continueMetricsFile(folder.root, { ...header, terms: [...header.terms] });
  if (!opened.ok) throw new Error(opened.error);
  for (const chunk of chunks) opened.value.append(chunk);
  opened.value.dispose();
  return folder.read('metrics.jsonl');
}

describe('the metrics of a run that is resumed', () => {
  it('are appended, without the steps that stand there already', () => {
    const before = headerLine + line(1) + line(2) + line(3);
    folder.write('metrics.jsonl', before);
    const replayed = [line(2, 99) + line(3, 99), line(4) + line(5), line(6)];
    expect(continueWith(...replayed)).toBe(before + line(4) + line(5) + line(6));
  });

  it('lose a last line that was not finished', () => {
    const before = headerLine + line(1) + line(2);
    folder.write('metrics.jsonl', `${before}${line(3).slice(0, -1)}`);
    expect(continueWith(line(2) + line(3), line(4))).toBe(before + line(3) + line(4));
  });

  it.each([
    ['no file', undefined],
    ['an empty file', ''],
    ['half a header', headerLine.slice(0, 9)],
  ])('begin with the header where there is %s', (_, text) => {
    if (text !== undefined) folder.write('metrics.jsonl', text);
    expect(continueWith(line(1))).toBe(headerLine + line(1));
  });

  it('go on after a header alone', () => {
    folder.write('metrics.jsonl', headerLine);
    expect(continueWith(line(1))).toBe(headerLine + line(1));
  });

  it('tell the last step that they know', () => {
    folder.write('metrics.jsonl', headerLine + line(7));
    const opened = continueMetricsFile(folder.root, { ...header, terms: ['a'] });
    expect(opened.ok && opened.value.lastStep).toBe(7);
    if (opened.ok) opened.value.dispose();
  });

  it('are left alone where their end is something else', () => {
    const text = `${headerLine}hello\n`;
    folder.write('metrics.jsonl', text);
    expect(continueMetricsFile(folder.root, { ...header, terms: ['a'] })).toEqual({
      ok: false,
      error: `metrics.jsonl, byte ${headerLine.length}: the last line is not one of a step.`,
    });
    expect(folder.read('metrics.jsonl')).toBe(text);
  });
});

describe('readLastLine', () => {
  it('finds a line that is longer than the first window, and its place in bytes', () => {
    const long = 'ä'.repeat(100_000);
    folder.write('log', `first\n${long}\nrest`);
    const start = 6;
    expect(readLastLine(folder.path('log'))).toEqual({
      text: long,
      start,
      end: start + Buffer.byteLength(long) + 1,
    });
  });

  it('takes an empty line for one', () => {
    folder.write('log', '\n');
    expect(readLastLine(folder.path('log'))).toEqual({ text: '', start: 0, end: 1 });
  });
});
