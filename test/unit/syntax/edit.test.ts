import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import { findNode } from '../../../server/src/syntax/configTree.ts';
import { replaceNumber } from '../../../server/src/syntax/edit.ts';
import { configLanguages, parseConfig } from '../../../server/src/syntax/registry.ts';
import { toPlainData } from '../../../server/src/syntax/toPlainData.ts';

function setWeight(fileName: string, text: string, path: readonly string[], value: number): string {
  const document = parseConfig(fileName, text);
  const node = findNode(document?.root, path);
  if (!document || node?.kind !== 'scalar') throw new Error('the fixture has no such scalar');
  return applyChanges(text, [replaceNumber(document, node, value)]);
}

describe('setting a number', () => {
  test.each([
    { before: 'w: 1.0 # keep me\n', value: 2.5, after: 'w: 2.5 # keep me\n' },
    { before: 'w:    1.0\r\nx: 1\r\n', value: 2, after: 'w:    2.0\r\nx: 1\r\n' },
    { before: 'w: 1\n', value: 2, after: 'w: 2\n' },
    { before: 'w: 1\n', value: 0.02, after: 'w: 0.02\n' },
    { before: "w: '1.0'\n", value: 0, after: "w: '0.0'\n" },
    { before: 'w: "1"\n', value: 3, after: 'w: "3"\n' },
    { before: 'w: 1.0e-3\n', value: 1e-6, after: 'w: 1.0e-06\n' },
    { before: 'w: 1.0\n', value: 2.5e-7, after: 'w: 2.5e-07\n' },
    { before: 'w: 1e-2 # text\n', value: 0.01, after: 'w: 0.01 # text\n' },
    { before: 'w: 1.0\n', value: 1e20, after: 'w: 1.0e+20\n' },
    { before: 'w: &a 1.0\n', value: 0.5, after: 'w: &a 0.5\n' },
    { before: '{w: 1.0, x: 2}\n', value: 0, after: '{w: 0.0, x: 2}\n' },
  ])('$before to $value', ({ before, value, after }) => {
    expect(setWeight('config.yaml', before, ['w'], value)).toBe(after);
  });

  test('behind an alias only this place changes', () => {
    const text = 'a: &w 1.0\nb: *w\n';
    expect(setWeight('config.yaml', text, ['b'], 0)).toBe('a: &w 1.0\nb: 0\n');
  });

  test('in JSON', () => {
    const text = '{\n  "w": 1.0, // keep me\n}\n';
    expect(setWeight('config.json', text, ['w'], 1e-6)).toBe('{\n  "w": 1e-06, // keep me\n}\n');
  });

  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
  test.each(configLanguages.map((language) => ({ language })))(
    'every number reads back as it was in $language.name',
    ({ language }) => {
      fc.assert(
        fc.property(numbers, (value) => {
          const text = language.formatNumber(value);
          const config = { json: `{"w":${text}}`, python: `w = ${text}`, toml: `w = ${text}` };
          const root = language.parse(
            new Map(Object.entries(config)).get(language.name) ?? `w: ${text}`,
          ).root;
          // −0 is written as 0.
          expect(toPlainData(root)).toEqual({ w: value === 0 ? 0 : value });
        }),
        { numRuns: 500 },
      );
    },
  );
});
