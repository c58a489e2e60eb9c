import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { detectFormat } from '../../../server/src/readers/detectFormat.ts';
import type { LogExample } from '../../../server/src/readers/logFormat.ts';
import { logFormats } from '../../../server/src/readers/registry.ts';
import { RecordingSink, readGrowing } from '../../support/recordingSink.ts';

const cases = logFormats.flatMap((format) =>
  format.examples.map((example) => ({
    format,
    example,
    title: `${format.name}: ${example.fileName}`,
  })),
);

function everySize({ bytes }: LogExample): readonly number[] {
  return Array.from({ length: bytes().length }, (_, index) => index + 1);
}

describe('every log format', () => {
  test('is registered under its name, in order', () => {
    const names = logFormats.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    for (const { examples } of logFormats) expect(examples.length).toBeGreaterThan(0);
  });

  describe.each(cases)('$title', ({ format, example }) => {
    test('gives the points that the example promises', () => {
      const { points, skipped } = readGrowing(
        format.createReader(example.fileName),
        example.bytes(),
      );
      expect(points.map(({ name, step, value }) => [name, step, value])).toEqual(example.points);
      expect(skipped).toHaveLength(example.skipped ?? 0);
    });

    test('names units inside the file, in order', () => {
      const bytes = example.bytes();
      let last = 0;
      for (const { unit } of readGrowing(format.createReader(example.fileName), bytes).points) {
        expect(unit[0]).toBeGreaterThanOrEqual(last);
        expect(unit[1]).toBeGreaterThan(unit[0]);
        expect(unit[1]).toBeLessThanOrEqual(bytes.length);
        last = unit[0];
      }
    });

    test('reads the same one byte at a time', () => {
      const whole = readGrowing(format.createReader(example.fileName), example.bytes());
      const bytewise = readGrowing(
        format.createReader(example.fileName),
        example.bytes(),
        everySize(example),
      );
      expect(bytewise).toEqual(whole);
    });

    test('reads the same in any chunks', () => {
      const bytes = example.bytes();
      const whole = readGrowing(format.createReader(example.fileName), bytes);
      const sizes = fc.array(fc.nat(bytes.length)).map((list) => list.sort((a, b) => a - b));
      fc.assert(
        fc.property(sizes, (chunks) => {
          expect(readGrowing(format.createReader(example.fileName), bytes, chunks)).toEqual(whole);
        }),
      );
    });

    test('is detected by its content, and never taken for another format on the way', () => {
      const bytes = example.bytes();
      expect(detectFormat(example.fileName, bytes.subarray(0, 4096))).toBe(format);
      for (const size of everySize(example)) {
        const detected = detectFormat(example.fileName, bytes.subarray(0, size));
        expect([undefined, 'undecided', format]).toContain(detected);
      }
    });

    test('survives damage anywhere without a throw', () => {
      const bytes = example.bytes();
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const damaged = Uint8Array.from(bytes);
          damaged[at] = (damaged[at] ?? 0) ^ change;
          const { points } = readGrowing(format.createReader(example.fileName), damaged);
          expect(Array.isArray(points)).toBe(true);
        }),
      );
    });
  });

  test.each(logFormats)('$name takes arbitrary bytes, whole or in pieces, alike', (format) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), (bytes, cuts) => {
        const sizes = cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b);
        const whole = readGrowing(format.createReader(), bytes);
        expect(readGrowing(format.createReader(), bytes, sizes)).toEqual(whole);
        expect(format.detect('events.tfevents', bytes)).not.toBeGreaterThan(1);
      }),
    );
  });

  test.each(logFormats)('$name consumes no more than it was given', (format) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const consumed = format.createReader().read(bytes, 0, new RecordingSink());
        expect(consumed).toBeGreaterThanOrEqual(0);
        expect(consumed).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
