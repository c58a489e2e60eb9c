import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { detectFormat } from '../../../server/src/readers/detectFormat.ts';
import { wandb } from '../../../server/src/readers/formats/wandb.ts';
import { RecordingSink, readGrowing } from '../../support/recordingSink.ts';
import { bytesField, concatenate } from '../../support/writeEvents.ts';
import {
  frameRecord,
  historyRecord,
  outputRecord,
  statsRecord,
  wandbHeader,
  writeChunk,
  writeWandbFile,
} from '../../support/writeWandb.ts';

const name = 'run-a1b2c3.wandb';
const blockBytes = 32 * 2 ** 10;

function read(bytes: Uint8Array, sizes: readonly number[] = []): ReturnType<typeof readGrowing> {
  return readGrowing(wandb.createReader(), bytes, sizes);
}

function loss(step: number): Uint8Array {
  return historyRecord([['loss', String(step)]], step);
}

/** Name, step and value of each point of a file with one history record. */
function pointsOf(record: Uint8Array): readonly unknown[] {
  return read(writeWandbFile([record])).points.map((point) => [
    point.name,
    point.step,
    point.value,
  ]);
}

function stepsOf(bytes: Uint8Array): readonly number[] {
  return read(bytes).points.map(({ step }) => step);
}

describe('the framing of .wandb files', () => {
  test('carries records over blocks of 32 KiB, and each point names its chunks', () => {
    const large = historyRecord(
      [
        ['note', `"${'x'.repeat(100_000)}"`],
        ['loss', '1'],
      ],
      1,
    );
    const file = writeWandbFile([loss(0), large, loss(2)]);
    const { points, skipped } = read(file);
    expect(points.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(skipped).toEqual([]);
    const [first, second, third] = points;
    expect(first?.unit[0]).toBe(wandbHeader.length);
    expect(second?.unit[0]).toBe(first?.unit[1]);
    expect(third?.unit).toEqual([second?.unit[1], file.length]);
    expect(read(file, [10, 40_000, 65_536, 100_000])).toEqual({
      points,
      skipped,
      sessionStarts: [],
    });
  });

  test.each([0, 1, 6, 7, 8, 9])('leaves %i bytes at the end of a block', (room) => {
    const length = blockBytes - wandbHeader.length - 7 - room;
    const filler = outputRecord('x'.repeat(length - 8));
    expect(filler.length).toBe(length);
    expect(stepsOf(writeWandbFile([filler, loss(1), loss(2)]))).toEqual([1, 2]);
  });

  test('loses the rest of a block by damage, and goes on with the next one', () => {
    const records = Array.from({ length: 3000 }, (_, step) => loss(step));
    const file = writeWandbFile(records);
    const damaged = Uint8Array.from(file);
    damaged[1000] = (damaged[1000] ?? 0) ^ 1;
    const whole = read(file).points;
    const { points, skipped } = read(damaged);
    expect(skipped.map(({ byteEnd }) => byteEnd)[0]).toBe(blockBytes);
    expect(skipped[0]?.byteStart).toBeLessThanOrEqual(1000);
    const lost = whole.filter(({ unit }) => {
      return skipped.some(({ byteStart, byteEnd }) => unit[0] < byteEnd && unit[1] > byteStart);
    });
    expect(points.length + lost.length).toBe(whole.length);
    expect(read(damaged, [999, 1000, 1001, 32_767, 32_768, 32_769])).toEqual(read(damaged));
  });

  test('tells of records without a beginning and without an end', () => {
    const open = concatenate([wandbHeader, writeChunk(2, loss(1)), writeChunk(1, loss(2))]);
    expect(read(open)).toMatchObject({
      points: [{ step: 2 }],
      skipped: [{ byteStart: 7, reason: 'record without its end' }],
    });
    const orphan = concatenate([wandbHeader, writeChunk(3, loss(1)), writeChunk(4, loss(1))]);
    expect(read(concatenate([orphan, writeChunk(1, loss(2))]))).toMatchObject({
      points: [{ step: 2 }],
      skipped: [{ byteStart: 7, byteEnd: orphan.length, reason: 'record without its beginning' }],
    });
  });

  test('waits for a torn end, and where zeros stand for what is yet to be written', () => {
    const file = writeWandbFile([loss(1), loss(2)]);
    const torn = read(file.subarray(0, file.length - 1));
    expect(torn).toMatchObject({ points: [{ step: 1 }], skipped: [] });
    const half = Uint8Array.from(file);
    half.fill(0, file.length - 5);
    const reader = wandb.createReader();
    const sink = new RecordingSink();
    const consumed = reader.read(concatenate([half, new Uint8Array(100)]), 0, sink);
    expect(consumed).toBeLessThan(file.length);
    reader.read(file.subarray(consumed), consumed, sink);
    expect(sink.recording).toMatchObject({ points: [{ step: 1 }, { step: 2 }], skipped: [] });
  });

  test('holds no more of a record than 64 MiB', () => {
    const reader = wandb.createReader();
    const sink = new RecordingSink();
    reader.read(wandbHeader, 0, sink);
    let at = wandbHeader.length;
    const put = (chunk: Uint8Array): void => {
      expect(reader.read(chunk, at, sink)).toBe(chunk.length);
      at += chunk.length;
    };
    put(writeChunk(2, new Uint8Array(blockBytes - 14)));
    const middle = writeChunk(3, new Uint8Array(blockBytes - 7));
    for (let index = 0; index < 2049; index += 1) put(middle);
    put(writeChunk(4, new Uint8Array(10)));
    put(writeChunk(1, loss(1)));
    expect(sink.recording).toMatchObject({
      points: [{ step: 1 }],
      skipped: [{ byteStart: 7, reason: 'record above 64 MiB' }],
    });
  });

  test('is refused in another version, and doubted behind another header', () => {
    const file = writeWandbFile([loss(1)]);
    const later = Uint8Array.from(file);
    later[6] = 1;
    expect(detectFormat(name, later)).toBe(wandb);
    expect(read(later)).toMatchObject({ points: [], skipped: [{ byteStart: 0, byteEnd: 7 }] });
    const other = Uint8Array.from(file);
    other[0] = 0x20;
    expect(detectFormat(name, other)).toBe(wandb);
    expect(wandb.detect('run.log', other)).toBe(0);
    expect(read(other)).toMatchObject({ points: [{ step: 1 }], skipped: [{ byteEnd: 7 }] });
  });

  test('is known under any name, as soon as its mark is there', () => {
    const file = writeWandbFile([loss(1)]);
    expect(detectFormat('log', file)).toBe(wandb);
    expect(detectFormat(name, file.subarray(0, 6))).toBe(wandb);
    expect(detectFormat(name, file.subarray(0, 3))).toBe('undecided');
    expect(detectFormat(name, new Uint8Array())).toBe('undecided');
  });
});

describe('the records of .wandb files', () => {
  test.each([
    [
      'the item _step',
      historyRecord(
        [
          ['_step', '7'],
          ['a', '1'],
        ],
        3,
      ),
      7,
    ],
    [
      'a fraction',
      historyRecord(
        [
          ['_step', '5.5'],
          ['a', '1'],
        ],
        3,
      ),
      5.5,
    ],
    [
      'the message where the item is a text',
      historyRecord(
        [
          ['_step', '"7"'],
          ['a', '1'],
        ],
        3,
      ),
      3,
    ],
    ['an empty message', historyRecord([['a', '1']], 0), 0],
    ['neither', historyRecord([['a', '1']]), Number.NaN],
    [
      'a nested key of one part',
      historyRecord([
        [['_step'], '9'],
        [['a'], '1'],
      ]),
      9,
    ],
  ])('take the step from %s', (_, record, step) => {
    expect(pointsOf(record)).toEqual([['a', step, 1]]);
  });

  test('take the time from _timestamp', () => {
    const record = historyRecord(
      [
        ['a', '1'],
        ['_timestamp', '1790000000.25'],
      ],
      1,
    );
    expect(read(writeWandbFile([record])).points[0]?.wallTime).toBe(1_790_000_000.25);
  });

  test.each([
    ['1', 1],
    ['-0.0', -0],
    ['1e-05', 1e-5],
    ['1E+300', 1e300],
    ['0.19391025641025642', 0.19391025641025642],
    ['12345678901234567890', 12345678901234567000],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['"Infinity"', Number.POSITIVE_INFINITY],
    [' 2 ', 2],
  ])('read %s', (json, value) => {
    expect(pointsOf(historyRecord([['a', json]], 1))).toEqual([['a', 1, value]]);
  });

  test.each(['"1"', 'true', 'null', '[1, 2]', '', '1x', '-', '{"_type": "table-file", "n": 1}'])(
    'take no number from %s',
    (json) => {
      expect(pointsOf(historyRecord([['a', json]], 1))).toEqual([]);
    },
  );

  test('leave out media however they are written, and nothing else', () => {
    const record = historyRecord(
      [
        ['late', '{"width": 3, "_type": "image-file"}'],
        [['a', 'image', 'width'], '3'],
        [['a', 'image', '_type'], '"image-file"'],
        [['a', 'image', 'deep', 'width'], '3'],
        [['a', 'images'], '4'],
        [['b', '_type'], '5'],
        [['b', 'c'], '6'],
      ],
      1,
    );
    expect(pointsOf(record)).toEqual([
      ['a.images', 1, 4],
      ['b._type', 1, 5],
      ['b.c', 1, 6],
    ]);
  });

  test('keep the names of changing sets of keys apart', () => {
    const sets = [
      ['a', 'b'],
      ['b', 'a'],
      ['a', 'c', 'b'],
      ['bb', 'a'],
      ['学习率'],
      ['a'],
      ['b', 'a'],
    ];
    const file = writeWandbFile(
      sets.map((keys, step) =>
        historyRecord(
          keys.map((key) => [key, String(step)]),
          step,
        ),
      ),
    );
    expect(read(file).points.map((point) => [point.name, point.value])).toEqual(
      sets.flatMap((keys, step) => keys.map((key) => [key, step])),
    );
  });

  test('take items with fields in any order and of any length', () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    const long = 'k'.repeat(300);
    const item = concatenate([bytesField(16, text('3')), bytesField(1, text('a'))]);
    const record = bytesField(2, bytesField(1, item));
    expect(pointsOf(record)).toEqual([['a', Number.NaN, 3]]);
    expect(
      pointsOf(
        historyRecord(
          [
            [long, '1'],
            [['a', long], '2'],
          ],
          1,
        ),
      ),
    ).toEqual([
      [long, 1, 1],
      [`a.${long}`, 1, 2],
    ]);
  });

  test('keep the statistics of the system apart, without a step', () => {
    const file = writeWandbFile([
      statsRecord(
        [
          ['cpu', '12.5'],
          ['_runtime', '3'],
        ],
        1_790_000_000.5,
      ),
    ]);
    expect(read(file).points).toMatchObject([
      { name: 'system/cpu', step: Number.NaN, wallTime: 1_790_000_000.5, value: 12.5 },
    ]);
  });

  test('are told where they are no records', () => {
    const file = writeWandbFile([Uint8Array.of(0x12, 0x05, 0x0a), loss(1)]);
    expect(read(file)).toMatchObject({
      points: [{ step: 1 }],
      skipped: [{ byteStart: 7, reason: 'not a record of Weights & Biases' }],
    });
  });
});

test('.wandb files survive any records and any damage, alike in one piece and in many', () => {
  const parts = [
    loss(1),
    loss(2),
    statsRecord([['cpu', '1']], 5),
    outputRecord('y'.repeat(50_000)),
  ];
  const file = writeWandbFile(parts);
  const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 5 }),
      fc.array(fc.nat(file.length)),
      (edits, cuts) => {
        const bytes = Uint8Array.from(file);
        for (const [at, byte] of edits) bytes[at] = byte;
        const sizes = cuts.sort((a, b) => a - b);
        expect(read(bytes, sizes)).toEqual(read(bytes));
      },
    ),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (record) => {
      const framed = concatenate([wandbHeader, frameRecord(record, wandbHeader.length)]);
      const sink = new RecordingSink();
      expect(wandb.createReader().read(framed, 0, sink)).toBe(framed.length);
    }),
    { numRuns: 3000 },
  );
});
