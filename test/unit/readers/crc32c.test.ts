import { describe, expect, test } from 'vitest';

import { crc32c, maskedCrc32c } from '../../../server/src/readers/crc32c.ts';
import { encodeEvent, writeRecord } from '../../support/writeEvents.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe('CRC-32C', () => {
  // Test vectors of RFC 3720, appendix B.4, and the check value of the CRC catalogue.
  test.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
    ['digits', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(), 0],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test('is masked as TFRecord files have it', () => {
    expect(maskedCrc32c(hex('1800000000000000'))).toBe(0x224b7fa3);
    expect(maskedCrc32c(new Uint8Array(8))).not.toBe(0);
  });

  test('frames the version record as every TensorBoard writer does', () => {
    const event = encodeEvent({ wallTime: 1_583_910_112, fileVersion: 'brain.Event:2' });
    const frame = Buffer.from(writeRecord(event)).toString('hex');
    expect(frame.slice(0, 24)).toBe('1800000000000000a37f4b22');
    expect(Buffer.from(event).toString('hex', 9)).toBe('1a0d627261696e2e4576656e743a32');
  });
});
