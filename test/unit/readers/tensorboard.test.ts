import { describe, expect, test } from 'vitest';

import { detectFormat } from '../../../server/src/readers/detectFormat.ts';
import { tensorboard } from '../../../server/src/readers/formats/tensorboard.ts';
import { RecordingSink, readGrowing } from '../../support/recordingSink.ts';
import {
  concatenate,
  type EventToWrite,
  floatTensor,
  simpleValue,
  tensorValue,
  writeEvent,
  writeEventFile,
  writeRecord,
} from '../../support/writeEvents.ts';

const name = 'events.out.tfevents.1790000000.host';

function read(bytes: Uint8Array, sizes: readonly number[] = []): ReturnType<typeof readGrowing> {
  return readGrowing(tensorboard.createReader(), bytes, sizes);
}

function loss(step: number): EventToWrite {
  return { wallTime: 1_790_000_000 + step, step, scalars: { loss: step } };
}

describe('TensorBoard event files', () => {
  test('name the frame that each point came from', () => {
    const file = writeEventFile([loss(1)]);
    const next = writeEvent(loss(2));
    const [first, second] = read(concatenate([file, next])).points;
    expect(first).toMatchObject({ name: 'loss', step: 1, wallTime: 1_790_000_001, value: 1 });
    expect(second?.unit).toEqual([file.length, file.length + next.length]);
  });

  test('take tensors only of tags whose first metadata says scalars', () => {
    const tensor = floatTensor(3);
    const { points } = read(
      writeEventFile([
        { wallTime: 1, step: 1, values: [tensorValue('a', tensor, 'scalars')] },
        { wallTime: 1, step: 2, values: [tensorValue('a', tensor), tensorValue('b', tensor)] },
        { wallTime: 1, step: 3, values: [tensorValue('c', tensor, 'histograms')] },
        { wallTime: 1, step: 4, values: [tensorValue('c', tensor, 'scalars')] },
        { wallTime: 1, step: 5, values: [simpleValue('c', 1)] },
      ]),
    );
    expect(points.map((point) => [point.name, point.step])).toEqual([
      ['a', 1],
      ['a', 2],
      ['c', 5],
    ]);
  });

  test('keep waiting for a torn end', () => {
    const bytes = writeEventFile([loss(1), loss(2)]);
    const { points, skipped } = read(bytes.subarray(0, bytes.length - 1));
    expect(points).toHaveLength(1);
    expect(skipped).toEqual([]);
  });

  test('skip a record whose data are damaged and go on', () => {
    const file = writeEventFile([loss(1)]);
    const bad = writeEvent(loss(2));
    bad[20] = (bad[20] ?? 0) ^ 1;
    const { points, skipped } = read(concatenate([file, bad, writeEvent(loss(3))]));
    expect(points.map(({ step }) => step)).toEqual([1, 3]);
    expect(skipped).toEqual([
      {
        byteStart: file.length,
        byteEnd: file.length + bad.length,
        reason: 'checksum of the data does not match',
      },
    ]);
  });

  test('end at a damaged length, told once, and hold no bytes behind it', () => {
    const file = writeEventFile([loss(1)]);
    const bad = writeEvent(loss(2));
    bad[0] = (bad[0] ?? 0) ^ 1;
    const bytes = concatenate([file, bad, writeEvent(loss(3))]);
    const reader = tensorboard.createReader();
    const sink = new RecordingSink();
    expect(reader.read(bytes, 0, sink)).toBe(bytes.length);
    expect(reader.read(writeEvent(loss(4)), bytes.length, sink)).toBe(writeEvent(loss(4)).length);
    expect(sink.recording.points).toHaveLength(1);
    expect(sink.recording.skipped).toMatchObject([
      { byteStart: file.length, byteEnd: file.length + 12 },
    ]);
  });

  test('wait where zeros stand for a block that is yet to be written', () => {
    const file = writeEventFile([loss(1)]);
    const reader = tensorboard.createReader();
    const sink = new RecordingSink();
    const zeros = new Uint8Array(100);
    expect(reader.read(concatenate([file, zeros]), 0, sink)).toBe(file.length);
    reader.read(writeEvent(loss(2)), file.length, sink);
    expect(sink.recording.points.map(({ step }) => step)).toEqual([1, 2]);
    expect(sink.recording.skipped).toEqual([]);
  });

  test('pass over graphs as they come, without waiting for their end', () => {
    const graph = writeEvent({ wallTime: 1, step: 300, graph: new Uint8Array(1000) });
    const reader = tensorboard.createReader();
    const sink = new RecordingSink();
    expect(reader.read(graph.subarray(0, 500), 0, sink)).toBe(500);
    const rest = concatenate([graph.subarray(500), writeEvent(loss(1))]);
    expect(reader.read(rest, 500, sink)).toBe(rest.length);
    expect(sink.recording.points).toHaveLength(1);
  });

  test('report a record that is no event, and one that is too large', () => {
    const header = writeRecord(new Uint8Array()).slice(0, 12);
    expect(read(concatenate([writeRecord(Uint8Array.of(0xff)), header])).skipped).toMatchObject([
      { reason: 'not an event' },
    ]);
    const large = writeRecord(new Uint8Array(65 * 2 ** 20).fill(0x1a)).subarray(0, 100);
    expect(read(large).skipped).toMatchObject([{ byteStart: 0, reason: 'record above 64 MiB' }]);
  });

  test('tell where a writer started anew', () => {
    const { sessionStarts } = read(writeEventFile([loss(5), { ...loss(3), sessionStart: true }]));
    expect(sessionStarts).toEqual([3]);
  });

  test('read long and negative steps exactly', () => {
    const steps = [2 ** 31, 2 ** 49 + 1, 2 ** 53 - 1, -1, -(2 ** 40)];
    const { points } = read(writeEventFile(steps.map(loss)));
    expect(points.map(({ step }) => step)).toEqual(steps);
  });

  test('are known by their content under any name, and by their name when damaged', () => {
    expect(detectFormat('log', writeEventFile([loss(1)]))).toBe(tensorboard);
    expect(detectFormat('log', new Uint8Array(40))).toBeUndefined();
    expect(detectFormat(name, new Uint8Array(40))).toBe(tensorboard);
    expect(detectFormat(name, new Uint8Array(3))).toBe('undecided');
  });
});
