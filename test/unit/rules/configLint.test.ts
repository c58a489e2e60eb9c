import { describe, expect, test } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import { lintConfig } from '../../../server/src/rules/configLint.ts';
import { configRules } from '../../../server/src/rules/configRegistry.ts';
import type { ConfigSurroundings } from '../../../server/src/rules/configRule.ts';
import { configLanguages, parseConfig } from '../../../server/src/syntax/registry.ts';
import { surroundings } from '../../support/surroundings.ts';

function lint(text: string, fileName = 'config.yaml') {
  const document = parseConfig(fileName, text);
  if (!document) throw new Error(`no language for ${fileName}`);
  return lintConfig(document, discoverTerms(document));
}

/** The code beside a config, as one program; no run has logged anything. */
function aroundOf(code: string | undefined): ConfigSurroundings | undefined {
  return code === undefined ? undefined : surroundings([code]);
}

describe.each(configRules.map((rule) => ({ rule })))('$rule.name', ({ rule }) => {
  test.each(rule.examples)('$text', ({ language, text, code, fires }) => {
    const document = configLanguages.find(({ name }) => name === language)?.parse(text);
    if (!document) throw new Error(`no such language: ${language}`);
    const problems = rule.check(document, discoverTerms(document), aroundOf(code));
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
  expect(lint('render_loss_weight: heavy\ntv_weight: 0,5\n')).toMatchObject([
    { severity: 'warning', message: 'The weight of render is not a number: heavy.' },
    { severity: 'error', message: 'The weight of tv is not a number: 0,5.' },
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

test.each([
  {
    name: 'in YAML, with the comment behind it',
    fileName: 'a.yaml',
    before: 'model:\n  kl_weight: 1.0  # old\n  tv_weight: 2.0\n  kl_weight: 0.1\n',
    after: 'model:\n  tv_weight: 2.0\n  kl_weight: 0.1\n',
  },
  {
    name: 'in JSON, with its comma',
    fileName: 'a.json',
    before: '{\r\n  "kl_weight": 1,\r\n  "tv_weight": 3,\r\n  "kl_weight": 2\r\n}\r\n',
    after: '{\r\n  "tv_weight": 3,\r\n  "kl_weight": 2\r\n}\r\n',
  },
])('of a weight that is set twice the one that does not count can be taken out $name', (sample) => {
  const { fileName, before, after } = sample;
  const [fix] = lint(before, fileName)[0]?.fixes ?? [];
  expect(fix && applyChanges(before, [fix])).toBe(after);
  expect(lint(after, fileName)).toEqual([]);
});

test('what shares a line with something else is not taken out', () => {
  const [problem] = lint('{"kl_weight": 1, "kl_weight": 2}', 'a.json');
  expect(problem?.code).toBe('weight-set-twice');
  expect(problem?.fixes).toBeUndefined();
});

test.each([
  { fileName: 'a.yaml', before: 'kl_weight: -0.50 # beta\n', after: 'kl_weight: 0.50 # beta\n' },
  { fileName: 'a.py', before: 'kl_weight = -1e-3\n', after: 'kl_weight = 1e-3\n' },
])('a negative weight can lose its sign: $before', ({ fileName, before, after }) => {
  const [fix] = lint(before, fileName)[0]?.fixes ?? [];
  expect(fix && applyChanges(before, [fix])).toBe(after);
});

test.each([
  ['kl_weight: -0.5\nrecon_weight: 1\n', 'warning', 'a.yaml'],
  // Many a program takes -1 for a weight that is not used.
  ['kl_weight: -1\nrecon_weight: 1\n', 'information', 'a.yaml'],
  // Without a name nobody knows what is weighed.
  ['model.compile(loss=losses, loss_weights=[1.0, 0.003, -0.1])\n', 'information', 'a.py'],
])('a negative weight is as grave as it is certain: %s', (text, severity, fileName) => {
  expect(lint(text, fileName)).toMatchObject([{ code: 'negative-weight', severity }]);
});

test.each([
  ['loss_weights: {recon: 0, kl: 0.0}\n', 'warning', 'nothing is trained'],
  ['tv_weight: 0\ngp_weight: 0.0\n', 'information', 'only a loss without a weight is trained'],
])(
  'weights that are all zero stop the training if there is no other loss: %s',
  (text, severity, effect) => {
    const [problem] = lint(text);
    expect(problem).toMatchObject({ code: 'all-weights-zero', severity });
    expect(problem?.message).toContain(effect);
  },
);

test.each([
  ['1e-2', 'a dot before the exponent'],
  ['2.5e3', 'a sign behind the e'],
  ['1E3', 'a dot before the exponent and a sign behind the e'],
])('it is said what an exponent wants: %s', (weight, wants) => {
  expect(lint(`kl_weight: ${weight}\n`)[0]?.message).toContain(`: it wants ${wants}. OmegaConf`);
});
