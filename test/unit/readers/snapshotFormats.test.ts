import { basename } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { detectFormat, detectSnapshot } from '../../../server/src/readers/detectFormat.ts';
import { trainerState } from '../../../server/src/readers/formats/trainerState.ts';
import type {
  SnapshotFormat,
  SnapshotReading,
} from '../../../server/src/readers/snapshotFormat.ts';
import { snapshotFormats } from '../../../server/src/readers/snapshotRegistry.ts';
import { type Recording, RecordingSink } from '../../support/recordingSink.ts';
import { readAtOnce } from '../../support/slicedReading.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const cases = snapshotFormats.flatMap((format) =>
  format.examples.map((example, index) => ({
    format,
    example,
    title: `${format.name} ${index}: ${basename(example.path)}`,
  })),
);

function read(
  format: SnapshotFormat,
  bytes: Uint8Array,
  path = 'file.json',
): SnapshotReading & Recording {
  const sink = new RecordingSink();
  return { ...readAtOnce(format.read(bytes, path, sink)), ...sink.recording };
}

describe('every snapshot format', () => {
  test('is registered under its name, in order', () => {
    const names = snapshotFormats.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    for (const { examples } of snapshotFormats) {
      expect(examples.some(({ isWhole }) => isWhole)).toBe(true);
      expect(examples.some(({ isWhole }) => !isWhole)).toBe(true);
    }
  });

  describe.each(cases)('$title', ({ format, example }) => {
    test('gives the points that the example promises', () => {
      const { points, isWhole } = read(format, example.bytes(), example.path);
      expect(isWhole).toBe(example.isWhole);
      const found = points.map(({ name, step, value }) => [name, step, value]);
      if (isWhole) expect(found).toEqual(example.points);
    });

    test('names units inside the file, in order', () => {
      const bytes = example.bytes();
      let last = 0;
      for (const { unit } of read(format, bytes, example.path).points) {
        expect(unit[0]).toBeGreaterThanOrEqual(last);
        expect(unit[1]).toBeGreaterThan(unit[0]);
        expect(unit[1]).toBeLessThanOrEqual(bytes.length);
        last = unit[0];
      }
    });

    test('cut anywhere, is not whole or says the same', () => {
      const bytes = example.bytes();
      const whole = read(format, bytes, example.path);
      for (let size = 0; size < bytes.length; size += 1) {
        const cut = read(format, bytes.subarray(0, size), example.path);
        if (cut.isWhole) expect(cut).toEqual(whole);
      }
    });

    test('says the same with other white space around it', () => {
      const bytes = example.bytes();
      const padded = Uint8Array.from([0xef, 0xbb, 0xbf, 0x0d, 0x0a, ...bytes, 0x20, 0x0a]);
      const { points, isWhole } = read(format, padded, example.path);
      const expected = read(format, bytes, example.path);
      expect(isWhole).toBe(expected.isWhole);
      const moved = expected.points.map((point) => {
        return { ...point, unit: [point.unit[0] + 5, point.unit[1] + 5] };
      });
      expect(points).toEqual(moved);
    });

    test('is detected, and never taken for another format on the way', () => {
      const bytes = example.bytes();
      const name = basename(example.path);
      const detected = detectSnapshot(name, bytes.subarray(0, 4096));
      if (example.isWhole) expect(detected).toBe(format);
      for (let size = 0; size < bytes.length; size += 1) {
        const head = bytes.subarray(0, size);
        const early = detectSnapshot(name, head);
        expect([undefined, 'undecided', format]).toContain(early);
        if (early === undefined) expect(detectFormat(name, head)).toBeTypeOf('string');
      }
    });

    test('survives damage anywhere without a throw', () => {
      const bytes = example.bytes();
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const damaged = Uint8Array.from(bytes);
          damaged[at] = (damaged[at] ?? 0) ^ change;
          const { points } = read(format, damaged, example.path);
          expect(points.length).toBeLessThanOrEqual(damaged.length);
        }),
      );
    });
  });

  test.each(snapshotFormats)('$name takes any bytes without a throw', (format) => {
    const anyJson = fc.json().map(encode);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), anyJson), (bytes) => {
        expect(read(format, bytes).points.length).toBeLessThanOrEqual(bytes.length);
        for (const name of ['metrics.json', 'trainer_state.json', 'wandb-summary.json']) {
          expect(format.detect(name, bytes)).not.toBeGreaterThan(1);
        }
      }),
    );
  });

  test.each(snapshotFormats)('$name reads deep nesting without a throw', (format) => {
    const depth = 200_000;
    const deep = `{"log_history": ${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}}`;
    expect(read(format, encode(deep)).points).toEqual([]);
    expect(read(format, encode(deep.slice(0, -1))).isWhole).toBe(false);
  });

  test.each([
    ['metrics.json', '{"data_time": 0.003, "iteration": 19, "total_loss": 76.5}\n'],
    ['metrics.json', '{\n    "accuracy": 0.5,\n    "f1": 0.25\n}\n'],
    ['summary.json', '{"_step": 3, "loss": 0.5}'],
    ['all_results.json', '{\n    "epoch": 3.0,\n    "eval_loss": 0.5\n}\n'],
    ['config.json', '{\n  "log_history": [],\n  "hidden_size": 768\n}\n'],
    ['wandb-metadata.json', '{"os": "Linux", "gpu_count": 1}'],
    ['trainer_state.json', 'version https://git-lfs.github.com/spec/v1\n'],
  ])('none takes %s: %s', (name, text) => {
    expect(detectSnapshot(name, encode(text))).toBeUndefined();
  });
});

describe('trainer_state.json', () => {
  test('tells how far the training had come', () => {
    expect(read(trainerState, encode('{"global_step": 40, "log_history": []}')).progress).toBe(40);
    const old = '{"log_history": [{"loss": 1, "step": 5}, {"loss": 1, "step": 7}, {"loss": 1}]}';
    expect(read(trainerState, encode(old)).progress).toBe(7);
    expect(read(trainerState, encode('{"log_history": null}')).progress).toBeUndefined();
  });

  test('shows what it could not read', () => {
    const text =
      '{"log_history": [{"loss": 1, "step": 1}, {"loss": oops}, {"loss": 3, "step": 3}]}';
    const { points, skipped, isWhole } = read(trainerState, encode(text));
    expect(isWhole).toBe(true);
    expect(points.map(({ step }) => step)).toEqual([1, 3]);
    expect(skipped).toEqual([{ byteStart: 41, byteEnd: 55, reason: 'not a JSON object' }]);
    const torn = '{"log_history": [{"loss": 1, "step": 1} {"loss": 3}], "epoch": 1}';
    expect(read(trainerState, encode(torn)).skipped).toEqual([
      { byteStart: 39, byteEnd: 52, reason: 'not a list of entries' },
    ]);
  });

  test('names the bytes of each entry', () => {
    const text = '{"log_history": [{"loss": 1, "step": 1}, {"loss": {"kl": 2}, "step": 2}]}';
    const units = read(trainerState, encode(text)).points.map(({ unit }) => text.slice(...unit));
    expect(units).toEqual(['{"loss": 1, "step": 1}', '{"loss": {"kl": 2}, "step": 2}']);
  });

  test('pauses while it reads a long history, and where it passes over something long', () => {
    const entry = '{"loss": 1.5, "step": 1}';
    const list = `[${Array(100_000).fill(entry).join(', ')}]`;
    const history = `{"log_history": ${list}}`;
    const sink = new RecordingSink();
    let read = 0;
    for (const _ of trainerState.read(encode(history), 'trainer_state.json', sink)) {
      const { length } = sink.recording.points;
      expect(length - read).toBeLessThan(10_000);
      read = length;
    }
    expect(sink.recording.points).toHaveLength(100_000);
    const other = `{"log_history": [], "other": ${`[${Array(4).fill(list).join(', ')}]`}}`;
    const pauses = [...trainerState.read(encode(other), 'trainer_state.json', sink)];
    expect(pauses.length).toBeGreaterThan(1);
  });

  test('takes time in proportion to its length', () => {
    const entry = '    {\n      "epoch": 0.5,\n      "loss": 2.54321,\n      "step": 10\n    }';
    const texts = [20_000, 80_000].map((count) =>
      encode(`{\n  "log_history": [\n${Array(count).fill(entry).join(',\n')}\n  ]\n}\n`),
    );
    const [few = 0, many = 0] = texts.map((bytes) => {
      return Math.min(...Array.from({ length: 3 }, () => secondsToRead(bytes)));
    });
    // Four times the bytes; a quadratic reader would take sixteen times as long.
    expect(many / few).toBeLessThan(10);
  });
});

function secondsToRead(bytes: Uint8Array): number {
  let points = 0;
  const sink = new RecordingSink();
  sink.point = () => {
    points += 1;
  };
  const start = performance.now();
  expect(readAtOnce(trainerState.read(bytes, 'trainer_state.json', sink)).isWhole).toBe(true);
  expect(points).toBeGreaterThan(0);
  return performance.now() - start;
}
