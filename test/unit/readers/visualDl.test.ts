import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { detectFormat } from '../../../server/src/readers/detectFormat.ts';
import { visualDl } from '../../../server/src/readers/formats/visualDl.ts';
import { RecordingSink, readGrowing } from '../../support/recordingSink.ts';
import { concatenate } from '../../support/writeEvents.ts';
import { writeVisualDl, writeVisualDlFile } from '../../support/writeVisualDl.ts';

const name = 'vdlrecords.1790000000.log';

function loss(step: number): Uint8Array {
  return writeVisualDl({ tag: 'loss', step, timestamp: 1_790_000_000_000 + step, value: step });
}

function read(bytes: Uint8Array, sizes: readonly number[] = []): ReturnType<typeof readGrowing> {
  return readGrowing(visualDl.createReader(), bytes, sizes);
}

const start = writeVisualDlFile([]);

describe('VisualDL files', () => {
  test('give steps, seconds and the record of each point', () => {
    const { points } = read(concatenate([start, loss(500)]));
    expect(points).toEqual([
      {
        name: 'loss',
        step: 500,
        wallTime: 1_790_000_000.5,
        value: 500,
        unit: [start.length, start.length + loss(500).length],
      },
    ]);
  });

  test.each([
    [1_790_000_000_000, 1_790_000_000],
    [1_790_000_000, 1_790_000_000],
    [0, Number.NaN],
  ])('take the timestamp %d for %d seconds', (timestamp, wallTime) => {
    const record = writeVisualDl({ tag: 'loss', timestamp, value: 1 });
    expect(read(record).points[0]?.wallTime).toBe(wallTime);
  });

  test('pass over images as they come, without waiting for their end', () => {
    const image = writeVisualDl({ tag: 'x', step: 1, image: new Uint8Array(100_000).fill(1) });
    const reader = visualDl.createReader();
    const sink = new RecordingSink();
    expect(reader.read(image.subarray(0, 50_000), 0, sink)).toBe(50_000);
    const rest = concatenate([image.subarray(50_000), loss(1)]);
    expect(reader.read(rest, 50_000, sink)).toBe(rest.length);
    expect(sink.recording).toMatchObject({ points: [{ step: 1 }], skipped: [] });
  });

  test('find the next record behind damage, wherever it lies', () => {
    const before = concatenate([start, loss(1)]);
    const behind = concatenate([loss(3), loss(4)]);
    const parts = [
      loss(2).subarray(0, 20),
      loss(2).subarray(3),
      new Uint8Array(100).fill(255),
      new Uint8Array(100),
    ];
    for (const part of parts) {
      const file = concatenate([before, part, behind]);
      const { points, skipped } = read(file);
      expect(points.map(({ step }) => step)).toEqual([1, 3, 4]);
      expect(skipped).toEqual([
        {
          byteStart: before.length,
          byteEnd: before.length + part.length,
          reason: 'not a record of VisualDL',
        },
      ]);
    }
  });

  test('wait for a torn end and for zeros that may be filled', () => {
    const file = concatenate([start, loss(1), loss(2)]);
    expect(read(file.subarray(0, file.length - 1))).toMatchObject({
      points: [{ step: 1 }],
      skipped: [],
    });
    const reader = visualDl.createReader();
    const sink = new RecordingSink();
    const kept = file.length - loss(2).length;
    expect(reader.read(concatenate([file.subarray(0, kept), new Uint8Array(99)]), 0, sink)).toBe(
      kept,
    );
    reader.read(loss(2), kept, sink);
    expect(sink.recording).toMatchObject({ points: [{ step: 1 }, { step: 2 }], skipped: [] });
  });

  test('tell at the end of what holds no record', () => {
    const file = concatenate([start, loss(1), new Uint8Array(50).fill(7)]);
    const { points, skipped } = read(file);
    expect(points).toHaveLength(1);
    expect(skipped).toMatchObject([{ byteStart: file.length - 50 }]);
  });

  test('are known by their content, and by their name when damaged', () => {
    expect(detectFormat('train.log', concatenate([start, loss(1)]))).toBe(visualDl);
    expect(detectFormat(name, new Uint8Array(30).fill(7))).toBe(visualDl);
    expect(visualDl.detect('train.log', new Uint8Array(30).fill(7))).toBe(0);
    expect(visualDl.detect(name, start.subarray(0, 5))).toBeNaN();
    expect(visualDl.detect('train.log', new TextEncoder().encode('loss: 1\n'))).toBe(0);
  });

  test('survive any damage, alike in one piece and in many', () => {
    const file = concatenate([start, ...Array.from({ length: 20 }, (_, step) => loss(step))]);
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.array(fc.nat(999)), (edits, cuts) => {
        const bytes = Uint8Array.from(file);
        for (const [at, byte] of edits) bytes[at] = byte;
        const sizes = cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b);
        expect(read(bytes, sizes)).toEqual(read(bytes));
      }),
      { numRuns: 2000 },
    );
  });
});
