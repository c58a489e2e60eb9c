import { expect, test } from 'vitest';

import { ProtoWalker } from '../../../server/src/readers/protoWire.ts';
import { bytesField, concatenate, doubleField, varintField } from '../../support/writeEvents.ts';

test.each([
  0,
  1,
  127,
  128,
  300,
  2 ** 21,
  2 ** 28 - 1,
  2 ** 28,
  2 ** 31,
  2 ** 49 + 1,
  2 ** 53 - 1,
  -1,
])('a walker reads the varint %d', (value) => {
  const walker = new ProtoWalker(varintField(5, value));
  expect([walker.next(), walker.field, walker.integer, walker.next()]).toEqual([
    true,
    5,
    value,
    false,
  ]);
  expect(walker.failed).toBe(false);
});

test('a walker keeps to its range and enters another one', () => {
  const first = varintField(1, 7);
  const second = concatenate([doubleField(2, 0.5), bytesField(3, Uint8Array.of(9))]);
  const bytes = concatenate([first, second]);
  const walker = new ProtoWalker(bytes, 0, first.length);
  expect([walker.next(), walker.integer, walker.next(), walker.failed]).toEqual([
    true,
    7,
    false,
    false,
  ]);
  walker.enter(bytes, first.length, bytes.length);
  expect([walker.next(), walker.float64]).toEqual([true, 0.5]);
  expect([walker.next(), [...walker.contents], walker.end - walker.start]).toEqual([true, [9], 1]);
  walker.enter(bytes, first.length, bytes.length - 1);
  while (walker.next());
  expect(walker.failed).toBe(true);
  walker.enter(second, 0, second.length);
  expect([walker.next(), walker.float64]).toEqual([true, 0.5]);
});

test('a walker does not read a varint beyond its range', () => {
  const bytes = varintField(1, 300);
  const walker = new ProtoWalker(bytes, 0, bytes.length - 1);
  expect(walker.next()).toBe(false);
  expect(walker.failed).toBe(true);
});
