import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DecimalScanner } from '../../../server/src/readers/decimal.ts';

const scanner = new DecimalScanner();

/** The number at the start of a text, and how many characters it takes. */
function scan(text: string): readonly [value: number | undefined, length: number] {
  const bytes = new TextEncoder().encode(`${text},7`);
  const value = scanner.scan(bytes, 0, text.length);
  return [value, scanner.end];
}

describe('numbers from bytes', () => {
  test('are the same doubles as those of JSON, however they are written', () => {
    const writers: readonly ((value: number) => string)[] = [
      String,
      (value) => value.toExponential(),
      (value) => value.toPrecision(17),
      (value) => value.toPrecision(21),
      (value) => value.toExponential(16).replace('e', 'E'),
    ];
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const everyday = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(finite, everyday), fc.constantFrom(...writers), (value, write) => {
        const text = write(value);
        expect(scan(text)).toEqual([JSON.parse(text), text.length]);
      }),
      { numRuns: 5000 },
    );
  });

  test('are right for any digits', () => {
    const digits = fc.stringMatching(/^-?(?:0|[1-9]\d{0,24})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        expect(scan(text)).toEqual([JSON.parse(text), text.length]);
      }),
      { numRuns: 5000 },
    );
  });

  // The first two lie in the very middle between two doubles, the third a hair above it.
  test.each([
    '9007199254740993',
    '1.00000000000000011102230246251565404236316680908203125',
    '1.00000000000000011102230246251565404236316680908203126',
    '123456789012345678',
    '0.000000000000000000000000000000000000000000001',
    '5e-324',
    '2.2250738585072011e-308',
    '1.7976931348623157e308',
    '1e309',
    '-0',
    '-0.0e5',
    `0.${'3'.repeat(800)}`,
  ])('%s is read to the last bit', (text) => {
    expect(scan(text)).toEqual([JSON.parse(text), text.length]);
  });

  test.each(['', '-', '+1', '.5', '1.', '01', '1e', '1e+', 'NaN', '-Infinity', '0x10', ' 1'])(
    '"%s" is none',
    (text) => {
      const [value, length] = scan(text);
      // 0x10 begins with a number, and what follows it is for the caller to refuse.
      expect(value === undefined || length < text.length).toBe(true);
    },
  );

  test('end where the caller says, even if digits follow', () => {
    expect(scanner.scan(new TextEncoder().encode('12345'), 1, 3)).toBe(23);
    expect(scanner.end).toBe(3);
    expect(scanner.read(new TextEncoder().encode('12345'), 1, 3)).toBe(3);
    expect(scanner.value).toBe(23);
    expect(scanner.read(new TextEncoder().encode('x'), 0, 1)).toBe(-1);
  });
});
