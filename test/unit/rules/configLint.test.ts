import { describe, expect, test } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import { lintConfig } from '../../../server/src/rules/configLint.ts';
import { configRules } from '../../../server/src/rules/configRegistry.ts';
import { configLanguages, parseConfig } from '../../../server/src/syntax/registry.ts';

function lint(text: string, fileName = 'config.yaml') {
  const document = parseConfig(fileName, text);
  if (!document) throw new Error(`no language for ${fileName}`);
  return lintConfig(document, discoverTerms(document));
}

describe.each(configRules.map((rule) => ({ rule })))('$rule.name', ({ rule }) => {
  test.each(rule.examples)('$text', ({ language, text, fires }) => {
    const document = configLanguages.find(({ name }) => name === language)?.parse(text);
    if (!document) throw new Error(`no such language: ${language}`);
    const problems = rule.check(document, discoverTerms(document));
    expect(problems.map(({ range }) => text.slice(range.start, range.end))).toEqual(fires);
    for (const { code } of problems) expect(code).toBe(rule.name);
  });

  test('has a bad and a good example', () => {
    expect(rule.examples.some(({ fires }) => fires.length > 0)).toBe(true);
    expect(rule.examples.some(({ fires }) => fires.length === 0)).toBe(true);
  });
});

test('a sound config has no problem', () => {
  expect(lint('velocity_loss_weight: 1.0\nrender_loss_weight: 2.0e-2\n')).toEqual([]);
});

test('a weight that is not a number is said so', () => {
  expect(lint('render_loss_weight: heavy\n')).toMatchObject([
    { severity: 'error', message: 'The weight of render is not a number: heavy.' },
  ]);
});

test.each([
  { before: 'kl_weight: 1e-2 # beta\n', after: 'kl_weight: 1.0e-2 # beta\n' },
  { before: 'kl_weight: 1e6\n', after: 'kl_weight: 1.0e+6\n' },
  { before: "kl_weight: '0.50'\n", after: 'kl_weight: 0.5\n' },
])('the fix makes a number of a text that looks like one: $before', ({ before, after }) => {
  const [fix] = lint(before)[0]?.fixes ?? [];
  expect(fix && applyChanges(before, [fix])).toBe(after);
  expect(lint(after)).toEqual([]);
});

test('problems come in the order of the text', () => {
  const text = 'tv_weight: -1.0\nkl_weight: 1e-2\nrecon_weight: .nan\n';
  const starts = lint(text).map(({ range }) => range.start);
  expect(starts).toHaveLength(3);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
});
