import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  packColumn,
  packedBytes,
  readPacked,
  unpack,
} from '../../../server/src/store/packedColumn.ts';

function expectSame(numbers: readonly number[]): void {
  const packed = packColumn(Float64Array.from(numbers));
  expect(numbers.map((_, at) => readPacked(packed, at))).toEqual(numbers);
  const rest = new Float64Array(numbers.length - 1);
  unpack(packed, 1, rest);
  expect([...rest]).toEqual(numbers.slice(1));
}

function bytesOf(numbers: readonly number[]): number {
  return packedBytes(packColumn(Float64Array.from(numbers)));
}

/** Wall times a third of a second apart, more or less, as a clock tells them. */
const times = Array.from(
  { length: 1024 },
  (_, at) => 1_763_000_000.123 + at * 0.31 + 0.1 * Math.sin(at),
);

test('takes half of the bytes for wall times that lie within a quarter of an hour', () => {
  expectSame(times);
  expect(bytesOf(times)).toBe(4 * 1024);
});

test('keeps times that go backwards, are missing or far apart as they are', () => {
  const first = 1_763_000_000.123;
  for (const odd of [first - 1, Number.NaN, first + 1025, Number.NEGATIVE_INFINITY]) {
    const numbers = [...times.slice(0, 500), odd, ...times.slice(500)];
    expectSame(numbers);
    expect(bytesOf(numbers)).toBe(8 * 1025);
  }
});

test('gives every number back to the last bit', () => {
  const near = fc.integer({ min: -5, max: 2 ** 32 }).map((grains) => 1.7e9 + grains * 2 ** -22);
  const number = fc.oneof(fc.double(), near, fc.constantFrom(0, -0, 1, 2 ** 31, 1e-7));
  fc.assert(fc.property(fc.array(fc.oneof(number), { minLength: 2, maxLength: 20 }), expectSame));
  fc.assert(fc.property(fc.array(near, { minLength: 2, maxLength: 20 }), expectSame));
});
