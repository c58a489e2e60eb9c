import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseConfig } from '../../../server/src/syntax/registry.ts';
import { setValues, type ValueChange } from '../../../server/src/syntax/setValues.ts';
import { toPlainData } from '../../../server/src/syntax/toPlainData.ts';

type Value = ValueChange['value'];

/** The text after the changes, each given by its dotted path, or in words why there is none. */
function edited(name: string, text: string, changes: Readonly<Record<string, Value>>): string {
  const document = parseConfig(name, text);
  if (!document) throw new Error(`no language for ${name}`);
  const list = Object.entries(changes).map(([path, value]) => ({ path: path.split('.'), value }));
  const result = setValues(document, list);
  return result.ok ? result.value : `refused: ${result.error}`;
}

interface Case {
  readonly about: string;
  readonly text: string;
  readonly changes: Readonly<Record<string, Value>>;
  readonly after: string;
}

const yamlCases: readonly Case[] = [
  {
    about: 'a number keeps its comment and stays a float',
    text: '# head\nloss:\n  kl: 0.5   # why\nsteps: 400\n',
    changes: { 'loss.kl': 2 },
    after: '# head\nloss:\n  kl: 2.0   # why\nsteps: 400\n',
  },
  {
    about: 'a text, a truth and null',
    text: 'mode: joint  # or detached\nfrozen: no\nclip_norm: 1.0\n',
    changes: { mode: 'two-stage', frozen: true, clip_norm: null },
    after: 'mode: two-stage  # or detached\nfrozen: true\nclip_norm: null\n',
  },
  {
    about: 'null becomes a number, and a key without a value gets one',
    text: 'clip_norm: null # none\nseed:   # to be chosen\nsteps: 3\n',
    changes: { clip_norm: 0.5, seed: 3 },
    after: 'clip_norm: 0.5 # none\nseed: 3   # to be chosen\nsteps: 3\n',
  },
  {
    about: 'quotes stay around a text',
    text: `a: "x"\nb: 'y'\nc: 'z'\n`,
    changes: { a: 'say "so"', b: "it's", c: 1 },
    after: `a: "say \\"so\\""\nb: 'it''s'\nc: 1\n`,
  },
  {
    about: 'a text that would be read as something else is quoted',
    text: 'a: x\nb: x\nc: x\n',
    changes: { a: 'no', b: '1', c: 'a: b' },
    after: 'a: "no"\nb: "1"\nc: "a: b"\n',
  },
  {
    about: 'CRLF',
    text: 'loss:\r\n  kl: 1 # why\r\nsteps: 3\r\n',
    changes: { 'loss.flow': 2, seed: 1 },
    after: 'loss:\r\n  kl: 1 # why\r\n  flow: 2\r\nsteps: 3\r\nseed: 1\r\n',
  },
  {
    about: 'a key goes to the end of its mapping, behind the comment of the last line',
    text: 'loss:\n  kl: 1  # beta\n  # of the flow below\n\n# Training\nsteps: 3\n',
    changes: { 'loss.flow': 0.5 },
    after: 'loss:\n  kl: 1  # beta\n  flow: 0.5\n  # of the flow below\n\n# Training\nsteps: 3\n',
  },
  {
    about: 'the last line may lack its end',
    text: 'loss:\n    kl: 1',
    changes: { 'loss.flow': 2, 'strategy.name': 'pcgrad' },
    after: 'loss:\n    kl: 1\n    flow: 2\nstrategy:\n    name: pcgrad',
  },
  {
    about: 'missing parents are made, as far in as the others',
    text: 'loss:\n    kl: 1\nsteps: 3 # few\n',
    changes: { 'a.b.c': true },
    after: 'loss:\n    kl: 1\nsteps: 3 # few\na:\n    b:\n        c: true\n',
  },
  {
    about: 'after a nested block, a sequence and a block text',
    text: 'a:\n  list:\n    - 1\n    - 2\nb:\n  text: |\n    one\n    two\nc:\n  d:\n    e: 1\n',
    changes: { 'a.x': 1, 'b.x': 2, 'c.x': 3 },
    after:
      'a:\n  list:\n    - 1\n    - 2\n  x: 1\nb:\n  text: |\n    one\n    two\n  x: 2\nc:\n  d:\n    e: 1\n  x: 3\n',
  },
  {
    about: 'flow mappings, on one line and on several',
    text: 'a: {x: 1} # one\nb: { x: 1, }\nc: {}\nd: {\n  x: 1, # first\n  y: 2 # second\n}\n',
    changes: { 'a.y': 2, 'b.y': 'text', 'c.y': null, 'd.z': 3, 'c.z.deep': 1 },
    after:
      'a: {x: 1, y: 2} # one\nb: { x: 1, y: text }\nc: {y: null, z: {deep: 1}}\nd: {\n  x: 1, # first\n  y: 2, # second\n  z: 3\n}\n',
  },
  {
    about: 'in an item of a sequence, at the column of its first key',
    text: 'losses:\n  - name: kl\n    weight: 1\n  - name: flow\n',
    changes: { 'losses.0.weight': 3, 'losses.0.form': 'mse', 'losses.1.weight': 2 },
    after: 'losses:\n  - name: kl\n    weight: 3\n    form: mse\n  - name: flow\n    weight: 2\n',
  },
  {
    about: 'a mapping takes the place of a text, a text that of a mapping',
    text: 'strategy: fixed # by hand\nloss: # of the picture\n  name: l2 # plain\n  delta: 1 # knee\nsteps: 3\n',
    changes: { 'strategy.name': 'cagrad', 'strategy.c': 0.5, loss: 'l1' },
    after: 'strategy: {name: cagrad, c: 0.5} # by hand\nloss: l1 # of the picture\nsteps: 3\n',
  },
  {
    about: 'a flow mapping and a list give way too',
    text: 'loss: {name: l2} # a\nslices: [0, 1] # b\nblock:\n  - 1\n  - 2 # gone\nend: 1\n',
    changes: { loss: 'l1', slices: 4, block: null },
    after: 'loss: l1 # a\nslices: 4 # b\nblock: null\nend: 1\n',
  },
  {
    about: 'an empty config, and one of comments alone',
    text: '# nothing yet',
    changes: { 'a.b': 1, c: 'x' },
    after: '# nothing yet\na:\n  b: 1\nc: x\n',
  },
  {
    about: 'a value behind an alias changes alone',
    text: 'a: &w 0.5\nb: *w\n',
    changes: { b: 1 },
    after: 'a: &w 0.5\nb: 1\n',
  },
  {
    about: 'what a merge key brings in is set beside it',
    text: 'base: &b\n  x: 1\n  y: 2\nown:\n  <<: *b\n  z: 3\n',
    changes: { 'own.x': 5 },
    after: 'base: &b\n  x: 1\n  y: 2\nown:\n  <<: *b\n  z: 3\n  x: 5\n',
  },
  {
    about: 'of a key that is set twice the last counts',
    text: 'a: 1\na: 2\n',
    changes: { a: 3 },
    after: 'a: 1\na: 3\n',
  },
  {
    about: 'small and large numbers are written so that PyYAML reads them',
    text: 'a: 1.0\nb: x\n',
    changes: { a: 1e-6, b: 1e21 },
    after: 'a: 1.0e-06\nb: 1.0e+21\n',
  },
];

describe('YAML', () => {
  test.each(yamlCases)('$about', ({ text, changes, after }) => {
    expect(edited('train.yaml', text, changes)).toBe(after);
  });
});

const jsonCases: readonly Case[] = [
  {
    about: 'values of every kind',
    text: '{ "a": 1.0, "b": "x", "c": true, "d": null }',
    changes: { a: 2, b: 'y', c: null, d: false },
    after: '{ "a": 2.0, "b": "y", "c": null, "d": false }',
  },
  {
    about: 'a key of its own line, with the comma before it',
    text: '{\n  "a": 1,\n  "b": {\n    "c": 2 // two\n  }\n}\n',
    changes: { 'b.d': 'x', e: 1 },
    after: '{\n  "a": 1,\n  "b": {\n    "c": 2, // two\n    "d": "x"\n  },\n  "e": 1\n}\n',
  },
  {
    about: 'a trailing comma stays one',
    text: '{\n  "a": 1, // one\n}\n',
    changes: { b: 2 },
    after: '{\n  "a": 1, // one\n  "b": 2,\n}\n',
  },
  {
    about: 'on one line, and into what is empty',
    text: '{"a": {}, "b": {"c": 1}}',
    changes: { 'a.x.y': 1, 'b.d': 2 },
    after: '{"a": {"x": { "y": 1 }}, "b": {"c": 1, "d": 2}}',
  },
  { about: 'an empty file', text: '', changes: { 'a.b': 1 }, after: '{ "a": { "b": 1 } }\n' },
  {
    about: 'a brace on the line of the last value, after a comment with a comma in it',
    text: '{\r\n  "a": 1 /* one, two */}\r\n',
    changes: { b: 2 },
    after: '{\r\n  "a": 1, "b": 2 /* one, two */}\r\n',
  },
];

describe('JSON', () => {
  test.each(jsonCases)('$about', ({ text, changes, after }) => {
    expect(edited('train.json', text, changes)).toBe(after);
  });
});

describe('what cannot be done is refused in words', () => {
  test.each([
    ['an anchor', 'a: &w 0.5\nb: *w\n', { a: 1 }, 'also change b'],
    ['a shared mapping', 'a: &m\n  x: 1\nb: *m\n', { 'b.x': 2 }, 'also change a'],
    ['an item that is not there', 'a: [1]\n', { 'a.3': 2 }, 'There is no a.3'],
    ['a tag', 'a: !!float 3\n', { a: null }, 'a cannot be set to null'],
    ['an anchor that would be lost', 'a: &m\n  x: 1\nb: *m\n', { a: 1 }, 'cannot be read'],
  ] as const)('%s', (_about, text, changes, words) => {
    const answer = edited('train.yaml', text, changes);
    expect(answer).toMatch(/^refused: /);
    expect(answer).toContain(words);
  });
});

test('what is written in a program is read back by Python', () => {
  const text = "a = 'x'\nb = 'y'\nc = 1.0\n";
  const changes = { a: 'C:\\new', b: "it's", c: Number.POSITIVE_INFINITY };
  const after = 'a = "C:\\\\new"\nb = "it\'s"\nc = float("inf")\n';
  expect(edited('train.py', text, changes)).toBe(after);
});

test('keys of a new mapping have quotes where they need them', () => {
  expect(edited('train.yaml', 'a: {}\nb: 1\n', { 'a.x y.yes': 1, 'b.1 2': 3 })).toBe(
    'a: {"x y": {"yes": 1}}\nb: {"1 2": 3}\n',
  );
});

/** Pieces of configs in which places are hard to find. */
const pieces = fc.constantFrom(
  ...['a: ', 'b:', 'a:\n', '\n', '\r\n', '  ', '- ', '[', ']', '{', '}', ', ', '"x"', "'y'"],
  ...[
    '&x ',
    '*x',
    '<<: *x',
    '|\n',
    '# c',
    '---\n',
    '0.5',
    'yes',
    '// d',
    '/* e */',
    '"a": ',
    '\uFEFF',
  ],
);

test.each(['train.yaml', 'train.json'])(
  'whatever stands in %s, exactly one value is set',
  (name) => {
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
        fc.constantFrom('a', 'b', 'a.b', 'a.b.c', 'a.0'),
        fc.constantFrom<Value>(1, 'x y', null, true),
        (text, path, value) => {
          const document = parseConfig(name, text);
          if (!document || document.problems.some(({ severity }) => severity === 'error')) return;
          const result = setValues(document, [{ path: path.split('.'), value }]);
          if (!result.ok) return;
          const data = toPlainData(parseConfig(name, result.value)?.root);
          const found = path.split('.').reduce<unknown>((at, key) => Object(at)[key], data);
          expect(found).toBe(value);
          expect(setValues(document, [])).toEqual({ ok: true, value: text });
        },
      ),
      { numRuns: 3000 },
    );
  },
);
