import { readdirSync, readFileSync } from 'node:fs';

import fc from 'fast-check';

import { recognizers } from '../../server/src/discovery/registry.ts';
import { configRules } from '../../server/src/rules/configRegistry.ts';
import type { ConfigLanguage } from '../../server/src/syntax/configTree.ts';

/** Longer texts are cut into pieces of so many lines, so that many can be tried. */
const linesPerText = 6;

/** Real configs and programs in a language: the examples', the fixtures', the recognizers' and rules'. */
export function realTexts({ name, extensions }: ConfigLanguage): readonly string[] {
  const files = ['examples', 'test/fixtures'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && extensions.some((ending) => file.name.endsWith(ending)))
      .map((file) => readFileSync(`${file.parentPath}/${file.name}`, 'utf8')),
  );
  const shown = [...recognizers, ...configRules]
    .flatMap(({ examples }): readonly { language: string; text: string }[] => examples)
    .filter(({ language }) => language === name)
    .map(({ text }) => text);
  return [...files.flatMap(piecesOf), ...shown];
}

function piecesOf(text: string): readonly string[] {
  const lines = text.split(/(?<=\n)/).map((line) => line.slice(0, 200));
  const count = Math.min(60, Math.ceil(lines.length / linesPerText));
  return Array.from({ length: count }, (_, at) =>
    lines.slice(at * linesPerText, (at + 1) * linesPerText).join(''),
  );
}

/** What makes another structure of what stands around it, in one language or another. */
export const configPieces: readonly string[] = [
  ...['a', 'kl_weight', 'loss', 'lambda_', ': ', ':', ' = ', '=', '\n', '\r\n', '\r', '\t', ' '],
  ...['    ', '- ', '? ', '[', ']', '{', '}', '(', ')', ',', '.', '"', "'", '"""', '`', '\\'],
  ...['[[', ']]', '&x ', '*x', '<<: *x\n', '<<: [*x, *x]\n', '|\n', '>2-\n', '#', ' # c', '//'],
  ...['/*', '*/', '!!float ', '!!int ', '!env ', '%YAML 1.1\n', '---\n', '...\n', '0.5', '1e-2'],
  ...['1_0', '0x1F', '010', '-', '+', '.nan', 'NaN', '-Infinity', 'inf', 'yes', '~', 'null', '???'],
  ...['$', '$' + '{a.b}', '$' + '{.a}', '$' + '{oc.env:X,1}', '# @package a.b\n', '_target_: a\n'],
  ...['def f(w=1, *a, **k):\n', 'class A(B):\n', 'return ', 'lambda x: ', 'self.', '@', '**', '+='],
  ...['f"{', 'if x:\n', 'else:\n', 'for i in ', 'args = p.parse_args()\n', 'w = x = ', ';', '->'],
  ...[
    'a = b\nb = a\n',
    'loss = a + 0.1 * b\n',
    'p.add_argument("--w", default=1)\n',
    ' if x else 0',
  ],
  ...['\0', '\uFEFF', '\u2028', '\u0085', '\uD83D', '😀', '𝛌', 'é', '\f', '\v', '__proto__'],
  ...['constructor', '1e999', '9'.repeat(40), '[0, 1]', '{name: a, weight: 1}', 'dict(a=1)'],
];

/** One change of a text, at thousandths of its length. */
export interface Mutation {
  readonly kind: 'put' | 'take' | 'move' | 'swap' | 'cut' | 'crlf';
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

const mutations: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('put', 'put', 'put', 'take', 'take', 'move', 'swap', 'cut', 'crlf'),
  at: fc.nat(1000),
  length: fc.nat(30),
  piece: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...configPieces) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc
        .uint8Array({ maxLength: 8 })
        .map((bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)),
    },
  ),
});

/** A text, and what is done to it before and after it is read for the first time. */
export interface EditedText {
  readonly text: string;
  readonly next: string;
  /** For whatever else is to be chosen. */
  readonly choice: number;
}

/** Real texts with some changes, and some that are nothing but pieces. */
export function editedTexts(texts: readonly string[]): fc.Arbitrary<EditedText> {
  const patchworks = fc
    .array(fc.constantFrom(...configPieces), { maxLength: 20 })
    .map((parts) => parts.join(''));
  return fc
    .record({
      from: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...texts) },
        { weight: 1, arbitrary: patchworks },
      ),
      before: fc.array(mutations, { maxLength: 3 }),
      after: mutations,
      choice: fc.nat(),
    })
    .map(({ from, before, after, choice }) => {
      const text = before.reduce(mutate, from);
      return { text, next: mutate(text, after), choice };
    });
}

function mutate(text: string, { kind, at, length, piece }: Mutation): string {
  const start = Math.floor((at / 1000) * text.length);
  const [head, middle, tail] = [
    text.slice(0, start),
    text.slice(start, start + length),
    text.slice(start + length),
  ];
  switch (kind) {
    case 'put':
      return head + piece + middle + tail;
    case 'take':
      return head + tail;
    case 'move':
      return head + tail.slice(0, length) + middle + tail.slice(length);
    case 'swap':
      return head + piece + tail;
    case 'cut':
      return head + middle;
    case 'crlf':
      return text.replaceAll(/\r?\n/g, '\r\n');
  }
}
