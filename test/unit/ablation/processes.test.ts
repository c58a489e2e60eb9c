import { expect, test } from 'vitest';

import {
  type ProcessEntry,
  parseProcStat,
  parsePs,
} from '../../../server/src/ablation/launchers/processTable.ts';
import { ProcessTree } from '../../../server/src/ablation/launchers/processTree.ts';
import { LastLines } from '../../../server/src/base/lastLines.ts';

/** Session, terminal, … up to the field before the start time (proc(5)). */
const fields = '41 0 -1 4194560 1 0 0 0 3 1 0 0 20 0 1 0';

test('a line of /proc is read whatever the program is called', () => {
  const stat = `42 (odd) name ) S 7 41 ${fields} 99887 0 0`;
  expect(parseProcStat(stat)).toEqual([{ pid: 42, parent: 7, group: 41, started: '99887' }]);
  expect(parseProcStat(stat.replace(') S', ') Z'))).toEqual([]);
  expect(parseProcStat('')).toEqual([]);
});

test('the table of ps is read, zombies left out', () => {
  const table = [
    '    1     0     1 Ss   Sat Nov 21 07:42:02 2026',
    '   90     1    90 Z+   Sat Nov 21 07:42:03 2026',
    '  812     1   800 R    Sat Nov 21 07:42:04 2026    ',
    '',
  ].join('\n');
  expect(parsePs(table)).toEqual([
    { pid: 1, parent: 0, group: 1, started: 'Sat Nov 21 07:42:02 2026' },
    { pid: 812, parent: 1, group: 800, started: 'Sat Nov 21 07:42:04 2026' },
  ]);
});

function entry(pid: number, parent: number, group: number, started = 'then'): ProcessEntry {
  return { pid, parent, group, started };
}

test('a tree keeps its orphans, finds the marked, and lets go of reused ids', () => {
  let table: readonly ProcessEntry[] = [
    entry(300, 200, 300),
    entry(100, 1, 100),
    entry(200, 100, 200),
    entry(400, 1, 100),
    entry(500, 1, 500),
    entry(600, 1, 600),
  ];
  const source = {
    list: () => table,
    environmentOf: (pid: number) => (pid === 600 ? 'A=b\0RUN=x\0' : 'RUN=xy\0'),
  };
  const tree = new ProcessTree(100, 'RUN=x', source);
  expect(tree.alive().toSorted()).toEqual([100, 200, 300, 400, 600]);
  table = [entry(300, 1, 300), entry(200, 1, 200, 'later'), entry(500, 1, 500)];
  expect(tree.alive()).toEqual([300]);
});

function lastOf(limit: number, ...chunks: readonly string[]): string {
  const last = new LastLines(limit);
  for (const chunk of chunks) last.add(Buffer.from(chunk));
  return last.text();
}

test.each([
  ['keeps the last', ['a\nb\nc\n'], 'b\nc'],
  ['an open line counts', ['a\nb\nc'], 'b\nc'],
  ['blank lines do not', ['a\n\n  \nb\n\n'], 'a\nb'],
  ['lines end as on Windows too', ['a\r', '\nb\r\n'], 'a\nb'],
  ['a progress bar is one line', ['start\n 1%\r 50%', '\r 100%\rdone'], 'start\ndone'],
])('last lines: %s', (_name, chunks, text) => {
  expect(lastOf(2, ...chunks)).toBe(text);
});

test('last lines: characters cut in two are whole, and one endless line is bounded', () => {
  const last = new LastLines(2);
  const bytes = Buffer.from('größe');
  last.add(bytes.subarray(0, 3));
  last.add(bytes.subarray(3));
  expect(last.text()).toBe('größe');
  expect(lastOf(2, ...Array.from({ length: 50 }, () => 'x'.repeat(1000))).length).toBe(501);
});
