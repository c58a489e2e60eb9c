import { crc32 as zlibCrc32 } from 'node:zlib';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { crc32 } from '../../../server/src/readers/crc32.ts';

// Check value of the CRC catalogue (CRC-32/ISO-HDLC), and nothing.
test.each([
  ['123456789', 0xcbf43926],
  ['', 0],
])('CRC-32 of %j', (text, expected) => {
  expect(crc32(new TextEncoder().encode(text))).toBe(expected);
});

test('CRC-32 of any part is the one of zlib', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, from) => {
      const start = Math.min(from, bytes.length);
      expect(crc32(bytes, start)).toBe(zlibCrc32(bytes.subarray(start)));
    }),
  );
});
