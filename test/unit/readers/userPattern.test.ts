import { describe, expect, test } from 'vitest';

import {
  compileLinePattern,
  type LineExpression,
  type LinePattern,
} from '../../../server/src/readers/lineExpression.ts';
import { type PatternTally, userPatternFormat } from '../../../server/src/readers/userPattern.ts';
import { type Recording, readGrowing } from '../../support/recordingSink.ts';

function compile(pattern: LinePattern): LineExpression {
  const compiled = compileLinePattern(pattern);
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value;
}

interface Reading {
  readonly recording: Recording;
  readonly tally: PatternTally | undefined;
}

function read(
  patterns: readonly (LinePattern | string)[],
  text: string,
  sizes: readonly number[] = [],
): Reading {
  const expressions = patterns.map((pattern) =>
    compile(typeof pattern === 'string' ? { line: pattern } : pattern),
  );
  let tally: PatternTally | undefined;
  const format = userPatternFormat(expressions, (_, begun) => {
    tally = begun;
  });
  const recording = readGrowing(format.createReader('x'), new TextEncoder().encode(text), sizes);
  return { recording, tally };
}

/** `name@step=value` of every point. */
function pointsOf(patterns: readonly (LinePattern | string)[], text: string): readonly string[] {
  return read(patterns, text).recording.points.map(
    ({ name, step, value }) => `${name}@${step}=${value}`,
  );
}

const number = '[-+.\\w]+';

describe('what the groups of an expression mean', () => {
  test.each([
    {
      title: 'a named group is a metric, and step is the step',
      patterns: [`^ep (?<step>\\d+) .*loss=(?<loss>${number}) acc=(?<acc>${number})`],
      text: 'ep 3 on cuda loss=0.25 acc=1e-2\nchatter\nep 4 - loss=nan acc=-inf\n',
      points: ['loss@3=0.25', 'acc@3=0.01', 'loss@4=NaN', 'acc@4=-Infinity'],
    },
    {
      title: 'another group is the step where step says so, and the way of Python to name groups',
      patterns: [{ line: `(?P<epoch>\\d+): (?P<step>${number})`, step: 'epoch' }],
      text: '7: 0.5\n',
      points: ['step@7=0.5'],
    },
    {
      title: 'a pair takes the names from the line, as often as they come',
      patterns: [`it (?<step>\\d+)|(?<name>[\\w/]+)=(?<value>${number})`],
      text: 'it 12 train/loss=0.5 device=cuda val/acc=.75\n',
      points: ['train/loss@12=0.5', 'val/acc@12=0.75'],
    },
    {
      title: 'the step may come behind its metrics',
      patterns: [`(?<loss>0\\.\\d+)|at (?<step>\\d+)`],
      text: '0.5 at 12\n',
      points: ['loss@12=0.5'],
    },
    {
      title: 'a heading gives the step of the lines below it',
      patterns: [`^Epoch (?<step>\\d+)|loss: (?<loss>${number})`],
      text: 'loss: 9\nEpoch 1\nloss: 3\nloss: 2\nEpoch 2\nloss: 1\n',
      points: ['loss@NaN=9', 'loss@1=3', 'loss@1=2', 'loss@2=1'],
    },
    {
      title: 'a line is read by the first pattern that matches it; prefix comes before the names',
      patterns: [
        { line: `train (?<step>\\d+) (?<loss>${number})`, prefix: 'train/' },
        { line: `(?<step>\\d+) (?<loss>${number})`, prefix: 'val/' },
      ],
      text: 'train 1 0.5\nval 1 0.7\n',
      points: ['train/loss@1=0.5', 'val/loss@1=0.7'],
    },
    {
      title: 'units and what is behind a number are left out',
      patterns: ['(?<step>\\S+) (?<a>\\S+) (?<b>\\S+) (?<c>\\S+)'],
      text: '450/1000 12ms, 0.5] 45%\n',
      points: ['a@450=12', 'b@450=0.5', 'c@450=45'],
    },
    {
      title: 'what is no number gives no point',
      patterns: ['(?<a>\\S+) (?<b>\\S+) (?<c>\\S+) (?<d>\\S+)'],
      text: 'N/A 1,204 10:20:30 é1\nNone 0x1f 2021-08-12 4.4.7\n',
      points: [],
    },
  ])('$title', ({ patterns, text, points }) => {
    expect(pointsOf(patterns, text)).toEqual(points);
  });

  test('a time is a number of seconds or milliseconds, or a date', () => {
    const line = `(?<wall_time>[\\d.]+|\\S+ [\\d:,Z]+) loss (?<loss>${number})`;
    const text =
      '1700000000.5 loss 1\n1700000000500 loss 2\n2023-11-14 22:13:20,500Z loss 3\nsoon 12 loss 4\n';
    const times = read([line], text).recording.points.map(({ wallTime }) => wallTime);
    expect(times).toEqual([1_700_000_000.5, 1_700_000_000.5, 1_700_000_000.5, Number.NaN]);
  });
});

describe('lines are those of a console', () => {
  const line = `(?<step>\\d+)/\\d+ loss=(?<loss>${number})`;

  test('colours are left out, and of a progress bar the last state counts', () => {
    const text = '\u001b[32m1/9\u001b[0m loss=\u001b[1m0.5\u001b[0m\r2/9 loss=0.4\r3/9 loss=0.3\n';
    expect(pointsOf([line], text)).toEqual(['loss@3=0.3']);
    expect(pointsOf([line], text.slice(0, text.indexOf('\r')).concat('\n'))).toEqual([
      'loss@1=0.5',
    ]);
  });

  test('a file gives the same points one byte at a time and in pieces', () => {
    const text =
      'Epoch 1\n\u001b[1m1/9 loss=0.5\u001b[0m\nnoise é\r\n2/9 loss=0.4\r3/9 loss=0.3\n4/9 loss=0.2';
    const patterns = ['Epoch (?<step>\\d+)|^loss (?<l>\\d)', line];
    const bytes = new TextEncoder().encode(text).length;
    const whole = read(patterns, text);
    const ones = read(patterns, text, [...Array(bytes).keys()]);
    expect(ones).toEqual(whole);
    expect(whole.recording.points).toHaveLength(3);
    for (const step of [2, 3, 5, 7, 11]) {
      const sizes = [...Array(bytes).keys()].filter((size) => size % step === 0);
      expect(read(patterns, text, sizes)).toEqual(whole);
    }
  });

  test('every point stands in its line', () => {
    const text = 'noise\n  1/9 loss=0.5  \n';
    const [point] = read([line], text).recording.points;
    expect(text.slice(...(point?.unit ?? []))).toBe('1/9 loss=0.5');
  });
});

test('the tally tells what matched, and a line that did not', () => {
  const { tally } = read(['(?<a>\\d+)a', '(?<b>\\d+)b'], '1a\n2b\n3b\nnothing\n');
  expect(tally).toEqual({ lines: 4, matched: [1, 2], unmatched: 'nothing' });
});

describe('no expression makes a line slow', () => {
  const longLine = `${'a'.repeat(60_000)}!`;

  test.each(['(?<x>(a+)+)$', '(?<x>(a|aa)+)$', '(?<x>(.*)*)=(.*)*y', '(?<x>(a?){50}a{50})$'])(
    'one that another engine would never end: %s',
    (expression) => {
      const started = performance.now();
      expect(read([expression], `${longLine}\n`).recording.points).toEqual([]);
      // In proportion to the line: an engine that goes back would take longer than the universe.
      expect(performance.now() - started).toBeLessThan(5000);
    },
  );

  test('one whose every match looks at the whole rest is given up, and the line is told', () => {
    const { recording } = read(['(?<x>a)[^!]*b|(?<y>a)'], `${longLine}\nab\n`);
    expect(recording.skipped).toEqual([
      { byteStart: 0, byteEnd: 60_001, reason: 'line too long for its pattern in log_patterns' },
    ]);
  });

  test('a line of 300 named values is read', () => {
    const names = Array.from({ length: 300 }, (_, index) => `metric_${index}=${index}.5`);
    const points = pointsOf([`(?<name>\\w+)=(?<value>${number})`], `${names.join(' ')}\n`);
    expect(points).toHaveLength(300);
    expect(points.at(-1)).toBe('metric_299@NaN=299.5');
  });
});
