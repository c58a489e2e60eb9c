import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { detectFormat } from '../../../server/src/readers/detectFormat.ts';
import type {
  LineFamily,
  StdoutFamily,
} from '../../../server/src/readers/formats/stdout/family.ts';
import { NumberScanner } from '../../../server/src/readers/formats/stdout/numberScanner.ts';
import { stdoutFamilies } from '../../../server/src/readers/formats/stdout/registry.ts';
import { StdoutReader } from '../../../server/src/readers/formats/stdout/stdoutReader.ts';
import { stdout } from '../../../server/src/readers/formats/stdout.ts';
import { largeHeadBytes } from '../../../server/src/readers/logFormat.ts';
import { RecordingSink, readGrowing } from '../../support/recordingSink.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function points(text: string): readonly unknown[] {
  const { points: found } = readGrowing(stdout.createReader(), encode(text));
  return found.map(({ name, step, value }) => [name, step, value]);
}

function detect(name: string, text: string): ReturnType<typeof detectFormat> {
  return detectFormat(name, encode(text).subarray(0, 4096));
}

function readValue(text: string): number | undefined {
  const scanner = new NumberScanner();
  const bytes = encode(text);
  return scanner.readValue(bytes, 0, bytes.length) < 0 ? undefined : scanner.value;
}

describe('values of console logs', () => {
  test.each([
    ['0.5', 0.5],
    ['-1e-05', -1e-5],
    ['+3.', 3],
    ['.5', 0.5],
    ['007', 7],
    ['5exp', 5],
    ['1.7976931348623157e308', 1.7976931348623157e308],
    ['0.1234567890123456789', 0.12345678901234568],
    ['81ms', 81],
    ['11810M', 11810],
    ['36.5it/s', 36.5],
    ['-100.00%', -100],
    ['73/2241s', 73],
    ['2.5: ', 2.5],
    ['nan', Number.NaN],
    ['-nanms', Number.NaN],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['Infinity%', Number.POSITIVE_INFINITY],
  ])('%s is %d', (text, value) => {
    expect(readValue(text)).toBe(value);
  });

  test.each([
    '0:11:56',
    '2021-08-12',
    '4.4.7',
    '0x1f',
    '1,5e',
    'nano',
    'info',
    'N/A',
    '1/2/2024',
    '3daysandmore',
    '-',
    '.',
    '',
  ])('%s is none, or not all of it', (text) => {
    expect([undefined, 1]).toContain(readValue(text));
  });

  test('are the doubles that Number gives', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
        expect(readValue(String(number))).toBe(Number(String(number)));
      }),
    );
  });
});

describe('console logs', () => {
  test.each([
    [
      'eta and dates',
      '2021-08-12 19:07 d2 INFO:  eta: 0:11:56  iter: 9  loss: 1  date: 2021-01-02',
      [['loss', 9, 1]],
    ],
    [
      'versions and hexadecimal numbers',
      's:1 trl:1 torch:1.13.0 hash:0x1f id:3f2a',
      [['trl', 1, 1]],
    ],
    [
      'percentages and units',
      'step:5/9 acc:50% train_time:2.5s',
      [
        ['acc', 5, 50],
        ['train_time', 5, 2.5],
      ],
    ],
    [
      'an unknown eta',
      'd2.utils.events INFO:  eta: N/A  iter: 9  loss: nan',
      [['loss', 9, Number.NaN]],
    ],
    ['no eta', ' iter: 9  loss: 1  lr: N/A', [['loss', 9, 1]]],
  ])('keep apart %s', (_, line, found) => {
    expect(points(`${line}\n`)).toEqual(found);
  });

  test.each([
    "print(f'step:{step}/{total} val_loss:{val_loss:.4f}')",
    '# step:125/3500 train_loss:4.59',
    'step:125 of the plan: see https://example.org:8080/loss:3',
    'step 3: wait 5',
    'iter 7: downloading shard 3, part 2',
    's:the rest is left out',
    'niter: 5  loss: 3',
    'shapes: [1, 2, 3], total: 6.5',
    '[1, 2, 3]',
    '| a | 1 |',
    ' 45%|####5     | 450/1000 [00:12<00:14, 36.5it/s]',
    'Credit [00:12, loss=3]',
  ])('find nothing in: %s', (line) => {
    expect(points(`${line}\n`)).toEqual([]);
  });

  test('are read as a screen shows them, without colours and titles', () => {
    const text = '\u001B]0;title\u0007\u001B[1;32ms:1\u001B[0m trl:2\u001B\n';
    expect(points(text)).toEqual([['trl', 1, 2]]);
    expect(points('s:1 trl:1\rs:2 trl:2\rs:3 trl:3\r\r\n')).toEqual([['trl', 3, 3]]);
    expect(points('s:1 trl:1\r          \n')).toEqual([]);
    expect(points('\uFEFFs:1 trl:1\r\n\r\n')).toEqual([['trl', 1, 1]]);
  });

  test('name the bytes of a line and of a whole table', () => {
    const text = 'x\n -----\n| a | 1 |\n-----  \n  s:1 b:2 \r\n';
    const { points: found } = readGrowing(stdout.createReader(), encode(text));
    expect(found.map(({ name, unit }) => [name, unit])).toEqual([
      ['a', [3, 24]],
      ['b', [29, 36]],
    ]);
  });

  test('keep back a table until it is whole', () => {
    const bytes = encode('-----\n| a | 1 |\n');
    const reader = stdout.createReader();
    expect(reader.read(bytes, 0, new RecordingSink())).toBe(0);
    expect(
      reader.readIdleTail(encode('-----\n| a | 1 |\n| b'), 0, new RecordingSink(), 'ended'),
    ).toBe(0);
    const sink = new RecordingSink();
    expect(reader.readIdleTail(encode('-----\n| a | 1 |\n-----'), 0, sink, 'ended')).toBe(21);
    expect(sink.recording.points).toMatchObject([{ name: 'a', step: Number.NaN, value: 1 }]);
  });

  test('find the next table after one without its beginning or its end', () => {
    const table = (step: number) => `-------\n| a | 1 |\n| step | ${step} |\n-------\n`;
    expect(
      points(`| b | 2 |\n-------\n${table(1)}${table(2)}-------\n| c | 3 |\nend\n${table(3)}`),
    ).toEqual([
      ['a', 1, 1],
      ['a', 2, 1],
      ['a', 3, 1],
    ]);
    const endless = `-------\n${'| a | 1 |\n'.repeat(10_000)}-------\n`;
    expect(points(`${endless}${table(4)}`)).toEqual([['a', 4, 1]]);
  });

  test('take an unterminated last line when the file is idle, if it is one of theirs', () => {
    const reader = stdout.createReader();
    const sink = new RecordingSink();
    expect(reader.readIdleTail(encode('no metrics'), 0, sink, 'ended')).toBe(0);
    expect(reader.readIdleTail(encode('s:1 trl:2'), 0, sink, 'ended')).toBe(9);
    expect(sink.recording.points).toHaveLength(1);
  });

  test('bound what a line may take, alike in one piece and in many', () => {
    const long = 'x'.repeat(2 ** 20 + 1);
    const text = `s:1 a:1\n${long}\r\ns:2 a:1\n${long}\rs:3 a:1\n${long}\n`;
    const bytes = encode(text);
    const whole = readGrowing(stdout.createReader(), bytes);
    expect(whole.points.map(({ step }) => step)).toEqual([1, 2, 3]);
    const reason = 'line longer than 1 MiB';
    const second = 8 + long.length * 2 + 2 + 8 + 1 + 8;
    expect(whole.skipped).toEqual([
      { byteStart: 8, byteEnd: 8 + long.length, reason },
      { byteStart: second, byteEnd: second + long.length, reason },
    ]);
    for (const step of [99_991, 500_003, 1_048_600]) {
      const sizes = Array.from({ length: Math.floor(bytes.length / step) }, (_, at) => at * step);
      expect(readGrowing(stdout.createReader(), bytes, sizes)).toEqual(whole);
    }
    const reader = stdout.createReader();
    expect(reader.read(encode(long), 0, new RecordingSink())).toBe(long.length);
  });

  test.each([...new Set(stdoutFamilies.flatMap((f) => (f.kind === 'line' ? f.marks : [])))])(
    'pass over a long line that is full of: %s',
    (mark) => {
      const line = `${mark}1  `.repeat(Math.floor(1_000_000 / (mark.length + 3)));
      const { skipped } = readGrowing(stdout.createReader(), encode(`，${line}\n`));
      expect(skipped).toEqual([]);
    },
    5000,
  );

  test('let go the states of a long progress bar that were written over', () => {
    const bytes = encode('  9%|#  | 9/99 [00:12<00:14, 3it/s, loss=1]\r'.repeat(10_000));
    const consumed = stdout.createReader().read(bytes, 0, new RecordingSink());
    expect(bytes.length - consumed).toBeLessThan(100);
  });

  test('are read by other families in the same way', () => {
    const mine: LineFamily = {
      kind: 'line',
      name: 'mine',
      description: 'loss is 3 at 7',
      place: 'anywhere',
      marks: ['loss is '],
      read(line, _, found) {
        const match = /loss is (\d+) at (\d+)/.exec(line.text());
        if (!match) return false;
        found.step = Number(match[2]);
        found.add('loss', Number(match[1]));
        return true;
      },
    };
    const reader = new StdoutReader([...stdoutFamilies, mine]);
    const { points: found } = readGrowing(reader, encode('the loss is 3 at 7\ns:1 a:2\n'));
    expect(found).toMatchObject([
      { name: 'loss', step: 7, value: 3 },
      { name: 'a', step: 1, value: 2 },
    ]);
  });

  test('belong to one family each', () => {
    const isLast = (family: StdoutFamily) => family.kind === 'line' && family.isLastResort === true;
    const lasts = stdoutFamilies.filter(isLast);
    const firsts = stdoutFamilies.filter((family) => !isLast(family));
    for (const example of stdout.examples) {
      const readers = (families: readonly StdoutFamily[]) =>
        families.filter((family) => {
          return readGrowing(new StdoutReader([family]), example.bytes()).points.length > 0;
        });
      const found = readers(firsts);
      expect(found.length > 0 ? found : readers(lasts)).toHaveLength(1);
    }
  });
});

describe('a console log', () => {
  const source = `${'='.repeat(100)}\nimport sys\nwith open(sys.argv[0]) as f:\n    code = f.read()\n`;
  const text = 'loading\n'.repeat(600);

  test.each([
    ['by one line among others', 'whatever', 'loading\nstep:1/2 loss:3\n'],
    ['by what a program prints at its start', 'f66d43d7.txt', source + text],
  ])('is detected %s: %s', (_, name, head) => {
    expect(detect(name, head)).toBe(stdout);
  });

  test.each([
    ['the source of a program', 'train_gpt.py', source + text],
    ['a list of changes', 'Changelog.txt', text],
    ['a manual', 'README.txt', text],
    ['JSON lines', 'train.log', '{"question":"step:1/2 loss:3"}\nstep:1/2 loss:3\n'],
    ['bytes', 'main.log', `\u0000\u0001${text}`],
  ])('is not %s', (_, name, head) => {
    expect(detect(name, head)).not.toBe(stdout);
  });

  test('is looked at further where its first bytes say nothing, and then known by its name', () => {
    const long = encode(text.repeat(240));
    expect(long.length).toBeGreaterThan(largeHeadBytes);
    for (const name of ['slurm-123.out', 'logs/train_log.txt', 'f66d43d7.txt']) {
      const late = encode(`${text}step:1/2 loss:3\nstep:2/2 loss:2\n`);
      expect(stdout.detect(name, late.subarray(0, 4096))).toBeNaN();
      expect(stdout.detect(name, late)).toBe(0.9);
    }
    const head = long.subarray(0, largeHeadBytes);
    expect(stdout.detect('slurm-123.out', head)).toBe(0.5);
    expect(stdout.detect('logs/train_log.txt', head)).toBe(0.5);
    expect(stdout.detect('f66d43d7.txt', head)).toBe(0);
  });

  test('is undecided while it is short', () => {
    expect(stdout.detect('main.log', encode('loading\n'))).toBeNaN();
    expect(stdout.detect('main.log', encode(''))).toBeNaN();
    expect(stdout.detect('notes.md', encode('loading\n'))).toBe(0);
  });

  test('survives mutations: no throw, the same in pieces', () => {
    const examples = stdout.examples.map(({ bytes }) => bytes());
    const pieces = [
      ...examples,
      ...['\r', '\n', '\u001B[', '-----\n', '| a | 1 |\n', '[', '%|'].map(encode),
    ];
    const mutated = fc
      .array(
        fc.tuple(fc.nat(pieces.length - 1), fc.nat(2000), fc.nat(120), fc.nat(119), fc.nat(255)),
        { minLength: 1, maxLength: 6 },
      )
      .map((parts) =>
        parts.flatMap(([piece, from, length, at, byte]) => {
          const part = [...(pieces[piece] ?? [])].slice(from % 400, (from % 400) + length);
          if (at < part.length) part[at] = byte;
          return part;
        }),
      );
    fc.assert(
      fc.property(mutated, fc.array(fc.nat(700), { maxLength: 5 }), (list, cuts) => {
        const bytes = Uint8Array.from(list);
        const sizes = cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b);
        const whole = readGrowing(stdout.createReader(), bytes);
        expect(readGrowing(stdout.createReader(), bytes, sizes)).toEqual(whole);
      }),
      { numRuns: 4000 },
    );
  });
});
