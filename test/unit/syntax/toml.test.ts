import { describe, expect, test } from 'vitest';

import { findNode } from '../../../server/src/syntax/configTree.ts';
import { toml } from '../../../server/src/syntax/languages/toml.ts';
import { setValues, type ValueChange } from '../../../server/src/syntax/setValues.ts';
import { toPlainData } from '../../../server/src/syntax/toPlainData.ts';

describe('TOML configs', () => {
  test('the parts of a table come together', () => {
    const text =
      '[model.vae]\nkl = 1\n[[losses]]\nname = "a"\n[[losses]]\nname = "b"\n[model]\nx.y = 2\n';
    const { root, problems } = toml.parse(text);
    expect(problems).toEqual([]);
    expect(toPlainData(root)).toEqual({
      model: { vae: { kl: 1 }, x: { y: 2 } },
      losses: [{ name: 'a' }, { name: 'b' }],
    });
  });

  test('a key, its value and the comment behind it', () => {
    const text = '[loss]\nkl = 1e-3 # weight of the KL\n';
    const loss = findNode(toml.parse(text).root, ['loss']);
    const [entry] = loss?.kind === 'mapping' ? loss.entries : [];
    expect(text.slice(entry?.keyRange.start, entry?.keyRange.end)).toBe('kl');
    expect(entry?.value).toMatchObject({ value: 0.001, text: '1e-3' });
    expect(entry?.note).toBe('weight of the KL');
  });

  test.each([
    { text: 'a =\nb = 3\n', line: 'a =', data: { b: 3 } },
    { text: 'a = [1,\nb = 2\n[t]\nk = 1\n', line: 'a = [1,', data: { b: 2, t: { k: 1 } } },
    { text: 'a = 1\na = 2\n', line: 'a = 2', data: { a: 1 } },
    { text: 'a = 1\n[t\nc = 3\n', line: '[t', data: { a: 1, c: 3 } },
  ])('of broken text the rest is read: $text', ({ text, line, data }) => {
    const { root, problems } = toml.parse(text);
    expect(problems.map(({ range }) => text.slice(range.start, range.end))).toEqual([line]);
    expect(toPlainData(root)).toEqual(data);
  });

  test.each([
    `a = ${'['.repeat(100_000)}`,
    `${'a.'.repeat(20_000)}a = 1\n`,
    `[${'a.'.repeat(20_000)}a]\nb = 1\n`,
    `a = ${`{ ${'b.'.repeat(60)}b = `.repeat(70)}1${' }'.repeat(70)}\n`,
  ])('thousands of levels are refused: %#', (text) => {
    expect(toml.parse(text)).toMatchObject({ root: undefined, problems: [{ severity: 'error' }] });
  });
});

function edited(text: string, path: string, value: ValueChange['value']): string {
  const result = setValues(toml.parse(text), [{ path: path.split('.'), value }]);
  return result.ok ? result.value : `refused: ${result.error}`;
}

describe('edits', () => {
  test.each([
    ['a = 1.0 # why\n', 'a', 2, 'a = 2.0 # why\n'],
    ["a = 'x'\n", 'a', "it's", 'a = "it\'s"\n'],
    [
      '[loss]\nkl = 1 # c\n\n[b]\nx = 1\n',
      'loss.rec',
      0.5,
      '[loss]\nkl = 1 # c\nrec = 0.5\n\n[b]\nx = 1\n',
    ],
    ['[loss]\nkl = 1', 'seed', 3, 'seed = 3\n[loss]\nkl = 1'],
    ['a = 1\n', 'loss.kl', 0.5, 'a = 1\n\n[loss]\nkl = 0.5\n'],
    ['loss.kl = 1\n', 'loss.rec', true, 'loss.kl = 1\nloss.rec = true\n'],
    ['loss = { kl = 1 }\n', 'loss.rec', 2, 'loss = { kl = 1, rec = 2 }\n'],
    ['[[l]]\nn = 1\n[[l]]\nn = 2\n', 'l.0.w', 0.5, '[[l]]\nn = 1\nw = 0.5\n[[l]]\nn = 2\n'],
    ['', 'a.b', 'x', '[a]\nb = "x"\n'],
    ['a = 1\n', 'a', null, 'refused: TOML has no null: leave the key out instead.'],
  ])('%j: %s = %s', (before, path, value, after) => {
    expect(edited(before, path, value)).toBe(after);
  });
});

test.each([
  ['[loss]\nkl', { part: 'key', path: ['loss'] }],
  ['[loss]\nmode = "jo', { part: 'value', path: ['loss', 'mode'] }],
  ['a.b', { part: 'key', path: ['a'] }],
  ['# co', undefined],
])('what is being written at the end of %j', (text, place) => {
  const found = toml.locate(text, text.length);
  expect(found && { part: found.part, path: found.path }).toEqual(place);
});
