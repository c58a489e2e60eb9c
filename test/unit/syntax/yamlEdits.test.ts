import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { ConfigDocument } from '../../../server/src/syntax/configTree.ts';
import { yaml } from '../../../server/src/syntax/languages/yaml.ts';

const plain = `# Trains a VAE.
seed: 1

model:
  name: vae  # the small one
  encoder:
    channels: [32, 64]
    norm: {type: bn, eps: 1.0e-05}
    # what follows is new

    depth: 4
  decoder:
    channels:
    - 64
    - 32
  empty:
  latent: 8
 # further out
loss:
  weights:
    recon: 1.0
    kl: 1e-3
  terms:
    - name: tv
      weight: 0.1
    - name: gp
      weight: 10
trainer:
  note: one
    two
  text: |
    first
      second

  folded: >-
    a
    b
  quoted: "a
    b"
steps: 100
`;

const texts: readonly string[] = [
  plain,
  plain.replaceAll('\n', '\r\n'),
  `---\n${plain}`,
  `\uFEFF${plain}`,
  plain.trimEnd(),
  `${plain}\n\n# the end\n  # of it\n`,
  `${plain}...\n`,
  `${plain}---\nother: 1\n`,
  'a: 1\nb: 2\nc: 3',
  'a:\n  b:\n    c:\n      d: 1\n      e: 2\n    f: 3\n  g: 4\n  h: 5\ni: 6\n',
  'base: &b\n  x: 1\nmodel:\n  <<: *b\n  y: 2\nz: 3\n',
  'a: !!float 1e-2\nb: !!str 5\n!!str c: 6\nd: 7\n',
  '? a\n: 1\n? b\nc: 2\nd: 3\n: 4\ne: 5\n',
  'a: |2\n    x\n   y\nb: |+\n\n  x\n\n\nc: >1\n  z\nd:\n  e: |1\n    x\n  f: 2\ng: 1\n',
  "a: 'it''s\n  so'\nb: [1,\n  2]\nc: {d: 1,\n  e: 2}\nf: 1\n",
  '%YAML 1.1\n---\na: 1\nb: 2\n',
  '  a: 1\n  b:\n    c: 1\n    d: 2\n  e: 3\n',
  'a:\n\tb\nb:\t1\nc: \t2\n\td: 3\ne: 4\n',
  '- a: 1\n  b: 2\n- c: 3\n',
  'defaults:\n  - base\nloss:\n  kl: 1e-3\nb: 1e-3\n',
];

/** What makes another structure of what stands around it. */
const pieces = fc.constantFrom(
  ...[
    'a',
    ': ',
    ':',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '"',
    "'",
    '#',
    ' # c',
    ' ',
    '  ',
    '    ',
  ],
  ...[
    '\n',
    '\r\n',
    '\n\n',
    '\n  ',
    '\n    ',
    '\t',
    '|',
    '|+',
    '>2',
    '1',
    '0.5',
    '~',
    'é',
    '\\',
    '%',
  ],
  ...['&x ', '*x', '<<: ', '!!float ', '---\n', '...\n', '\uFEFF', '_: 0\n', '_target_: x\n', ''],
  ...['x: 1\n', '  x: 1\n', '    x: 1\n', '      x: 1\n', 'x:\n', '  x:\n', '- x\n', '  - x: 1\n'],
  ...[
    '# c\n',
    '  # c\n',
    '    # c\n',
    '      # c\n',
    '  \n',
    'x\n',
    '  x\n',
    '    x\n',
    '      x\n',
  ],
  ...['x: |\n', '  x: |+\n', '  x: "\n', ': v\n', '? k\n', '  ? k\n', '  : v\n', '  x: [\n', ']\n'],
);

/** Where an edit is in its line, and how much it takes away, in characters or up to the line's end. */
const edits = fc.record({
  // Doubles of its own choice are nearly all close to 0.
  at: fc.integer({ min: 0, max: 999 }).map((thousandth) => thousandth / 1000),
  place: fc.constantFrom<'line' | 'content' | 'end' | 'anywhere'>(
    'line',
    'content',
    'end',
    'anywhere',
  ),
  takes: fc.constantFrom<number | 'rest' | 'line' | 'lines'>(
    0,
    0,
    0,
    1,
    2,
    4,
    'rest',
    'line',
    'lines',
  ),
  piece: pieces,
});
type Edit = typeof edits extends fc.Arbitrary<infer One> ? One : never;

function apply(text: string, { at, place, takes, piece }: Edit): string {
  const offset = Math.floor(at * (text.length + 1));
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset) < 0 ? text.length : text.indexOf('\n', offset);
  const content = line + (/^ */.exec(text.slice(line, end))?.[0].length ?? 0);
  const start = { line, content, end, anywhere: offset }[place];
  const next = text.indexOf('\n', end + 1) < 0 ? text.length : text.indexOf('\n', end + 1);
  const ends = { rest: end, line: end + 1, lines: next + 1 };
  const until = typeof takes === 'number' ? start + takes : Math.max(start, ends[takes]);
  return text.slice(0, start) + piece + text.slice(until);
}

function withoutMemory({ memory: _, ...document }: ConfigDocument): ConfigDocument {
  return document;
}

/** That it is what the same text gives in one piece. */
function expectWhole(document: ConfigDocument): void {
  const [edited, whole] = [document, yaml.parse(document.text)].map(withoutMemory);
  // What tells the difference is slow.
  if (!isDeepStrictEqual(edited, whole)) expect(edited).toEqual(whole);
}

/** True where parts of the tree of the version before are in this one. */
function isReused(document: ConfigDocument, before: ConfigDocument): boolean {
  const [now, then] = [document.root, before.root];
  if (now?.kind !== 'mapping' || then?.kind !== 'mapping') return false;
  return now.entries.some((entry) => then.entries.includes(entry));
}

describe('a text that is edited', () => {
  test('has the very tree and problems of the same text in one piece', { timeout: 60_000 }, () => {
    let reused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...texts), edits, edits, (text, first, second) => {
        let before = yaml.parse(text);
        for (const edit of [first, second]) {
          const document = yaml.parse(apply(before.text, edit), before);
          expectWhole(document);
          if (isReused(document, before)) reused += 1;
          before = document;
        }
      }),
      { numRuns: 1500 },
    );
    expect(reused).toBeGreaterThan(200);
  });

  test.each([
    ['a value', 'recon: 1.0', 'recon: 12.5'],
    ['a new line', '    recon: 1.0\n', '    recon: 1.0\n    tv: 2\n'],
    ['a line less', '    recon: 1.0\n', ''],
    ['a comment', 'depth: 4', 'depth: 4  # four'],
    ['the last entry', 'steps: 100', 'steps: 1000'],
  ])('is parsed again only where it changed: %s', (_, from, to) => {
    const before = yaml.parse(plain);
    const document = yaml.parse(plain.replace(from, to), before);
    expect(isReused(document, before)).toBe(true);
    expectWhole(document);
  });

  test('takes up the last version without problems once it is whole again', () => {
    const before = yaml.parse(plain);
    const broken = yaml.parse(plain.replace('steps: 100', 'steps: 100\nlamb'), before);
    expect(broken.problems).not.toEqual([]);
    const document = yaml.parse(plain.replace('steps: 100', 'steps: 100\nlambda: 1'), broken);
    expect(isReused(document, before)).toBe(true);
  });
});
