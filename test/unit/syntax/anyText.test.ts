import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type ConfigDocument, walkScalars } from '../../../server/src/syntax/configTree.ts';
import { configLanguages, parseConfig } from '../../../server/src/syntax/registry.ts';
import { toPlainData } from '../../../server/src/syntax/toPlainData.ts';

/** Pieces that configs and broken configs are made of, so that chance finds the strange ones. */
const pieces = fc.constantFrom(
  ...['a', 'kl_weight', ': ', ':', '\n', '\r\n', '  ', '\t', '- ', '[', ']', '{', '}', ',', '"'],
  ...["'", '&x ', '*x', '<<', '|', '>', '#', '!!float ', '!', '%', '? ', '---\n', '...\n', '0.5'],
  ...['1e-2', '.nan', 'yes', '~', '//', '/*', '*/', '\\', '\u0000', '\uFEFF', '𝛌', '__proto__'],
  ...['=', 'dict(', ')', '*', ' + ', 'def f(', 'class A', 'return ', 'self.', 'lambda ', '"""'],
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

function expectSound(document: ConfigDocument, text: string): void {
  const ranges = [
    ...document.problems.map(({ range }) => range),
    ...[...walkScalars(document.root)].flatMap(({ node, keyRange }) => [node.range, keyRange]),
  ];
  for (const { start, end } of ranges) {
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end).toBeLessThanOrEqual(text.length);
  }
  for (const { node } of walkScalars(document.root)) {
    expect(text.slice(node.range.start, node.range.end)).toBe(node.text);
  }
  expect(() => toPlainData(document.root)).not.toThrow();
}

describe.each(configLanguages.map((language) => ({ language })))(
  '$language.name',
  ({ language }) => {
    test('any text gives a document whose ranges lie in the text', () => {
      fc.assert(
        fc.property(texts, (text) => {
          expectSound(language.parse(text), text);
        }),
        { numRuns: 1500 },
      );
    });
  },
);

/** What JSON writes is a config in these as it stands. */
const dataLanguages = configLanguages.filter(({ name }) => name === 'json' || name === 'yaml');

describe.each(dataLanguages.map((language) => ({ language })))('$language.name', ({ language }) => {
  test('what JSON writes is read back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        // PyYAML reads JSON's `1e+21` or `1e-7` as texts; those are not compared.
        fc.pre(language.name === 'json' || !/\de/i.test(text));
        expect(toPlainData(language.parse(text).root)).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });
});

test('a file name chooses the language; an unknown ending chooses none', () => {
  expect(parseConfig('A/Config.YML', 'a: 1')?.language).toBe('yaml');
  expect(parseConfig('config.jsonc', '{}')?.language).toBe('json');
  expect(parseConfig('config.ini', 'a=1')).toBeUndefined();
  expect(parseConfig('yaml', 'a: 1')).toBeUndefined();
});
