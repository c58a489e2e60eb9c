import { isDeepStrictEqual } from 'node:util';

import { parser } from '@lezer/python';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { applyChanges, type TextRange } from '../../../server/src/base/textRange.ts';
import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import { discoverUses } from '../../../server/src/discovery/discoverUses.ts';
import { lintConfig } from '../../../server/src/rules/configLint.ts';
import {
  type ConfigDocument,
  type ConfigLanguage,
  findNode,
  walkScalars,
} from '../../../server/src/syntax/configTree.ts';
import { configLanguages } from '../../../server/src/syntax/registry.ts';
import { setValues } from '../../../server/src/syntax/setValues.ts';
import { toPlainData } from '../../../server/src/syntax/toPlainData.ts';
import { configPieces, type EditedText, editedTexts, realTexts } from '../../support/anyConfig.ts';

/** Texts in each language, 100,000 in all: more of those that take less time. */
const runs = new Map([
  ['json', 54_000],
  ['python', 8000],
  ['toml', 28_000],
  ['yaml', 10_000],
]);
/** Nothing that is tried here may take longer, in milliseconds of the processor. */
const longest = 1000;

function expectWithin({ start, end }: TextRange, text: string): void {
  if (!(start >= 0 && end >= start && end <= text.length)) expect([start, end]).toBe(text.length);
}

function expectSound(document: ConfigDocument): void {
  const { text, root, problems } = document;
  for (const { range } of problems) expectWithin(range, text);
  for (const { node, keyRange } of walkScalars(root)) {
    expectWithin(keyRange, text);
    if (text.slice(node.range.start, node.range.end) !== node.text) expect(node.text).toBe(text);
  }
  toPlainData(root);
}

/** What is said of a config, and what becomes of it with each fix. */
function expectAnswers(language: ConfigLanguage, document: ConfigDocument): void {
  const { text } = document;
  const terms = discoverTerms(document);
  for (const term of [...terms, ...discoverUses(document, terms)]) {
    const { start, end } = term.valueRange;
    expectWithin(term.keyRange, text);
    expect(text.slice(start, end).trimEnd()).toBe(term.text.trimEnd());
  }
  for (const { range, fixes = [], findFixes } of lintConfig(document, terms)) {
    expectWithin(range, text);
    for (const fix of [...fixes, ...(findFixes?.() ?? [])]) {
      const changes = [fix, ...(fix.others ?? [])];
      for (const change of changes) expectWithin(change.range, text);
      expectSound(language.parse(applyChanges(text, changes)));
    }
  }
}

/** That an edited text is read as the same text in one piece is. */
function expectSame(language: ConfigLanguage, next: string, before: ConfigDocument): void {
  const edited = language.parse(next, before);
  expectSound(edited);
  if (!before.memory) return;
  const whole = language.parse(next);
  const [a, b] = [edited, whole].map(({ root, problems, sums }) => ({ root, problems, sums }));
  if (isDeepStrictEqual(a, b)) return;
  // Around an error the parser of programs may take up in another place.
  if (language.name !== 'python' || !hasErrors(next)) expect(a).toEqual(b);
}

function hasErrors(text: string): boolean {
  for (const cursor = parser.parse(text).cursor(); cursor.next(); ) {
    if (cursor.type.isError) return true;
  }
  return false;
}

/** That setting one value leaves all characters around it as they are. */
function expectEdit(document: ConfigDocument, choice: number): void {
  const places = walkScalars(document.root);
  const place = places[choice % Math.max(1, places.length)];
  // Of a key that is set twice the last counts.
  if (!place || findNode(document.root, place.path) !== place.node) return;
  const value = ([2.5, 'x y', true, 1e-6] as const)[choice % 4] ?? 1;
  const result = setValues(document, [{ path: place.path, value }]);
  if (!result.ok) return;
  const { start, end } = place.node.range;
  const tail = document.text.slice(end);
  expect(result.value.startsWith(document.text.slice(0, start))).toBe(true);
  expect(result.value.endsWith(tail)).toBe(true);
}

function expectAll(language: ConfigLanguage, { text, next, choice }: EditedText): void {
  const document = language.parse(text);
  expectSound(document);
  expectAnswers(language, document);
  if (choice % 4 === 0) expectEdit(document, choice >> 2);
  else if (choice % 4 === 1) language.locate(text, choice % (text.length + 1));
  else expectSame(language, next, document);
}

/** Fails for what takes too long, unless something else such as collecting garbage took the time. */
function expectInTime(act: () => void): void {
  const times = [timeOf(act)];
  while (Math.min(...times) > longest && times.length < 3) times.push(timeOf(act));
  const shortest = Math.min(...times);
  if (shortest > longest) expect(shortest).toBeLessThan(longest);
}

function timeOf(act: () => void): number {
  const start = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

describe.each(configLanguages.map((language) => ({ language })))(
  '$language.name',
  ({ language }) => {
    test('any bytes are read, answered and edited in time', { timeout: 120_000 }, () => {
      fc.assert(
        fc.property(editedTexts(realTexts(language)), (edited) => {
          expectInTime(() => expectAll(language, edited));
        }),
        { numRuns: runs.get(language.name) ?? 0 },
      );
    });

    test('hundreds of one piece take no long time', { timeout: 60_000 }, () => {
      for (const [index, piece] of configPieces.entries()) {
        const text = piece.repeat(Math.ceil(1000 / piece.length));
        const shapes = [
          text,
          `a: ${text}`,
          `a = ${text}`,
          `{"a": 1${text}`,
          `w = 1\n${text}\nx = 2`,
        ];
        const shape = shapes[index % shapes.length] ?? text;
        expectInTime(() => expectAll(language, { text: shape, next: `${shape}1`, choice: 2 }));
      }
    });

    test.each([
      ...[
        ' ',
        '\t',
        '\n',
        '\r\n',
        '# ',
        '//',
        '/* ',
        '\u2028',
        'a',
        '9',
        '_',
        '\\',
        '😀',
        'a ',
        '9 ',
      ],
      ...['$' + '{', '#:', 'a = b\nb = a\n', 'w = 1\nloss = a + w * b\n', 'a: 1\n', ' #'],
    ])('fifty thousand characters of %j do', { timeout: 60_000 }, (piece) => {
      const text = piece.repeat(Math.ceil(50_000 / piece.length));
      for (const shape of [text, `w: 1${text}`, `{"kl_weight": 1${text}`]) {
        expectInTime(() => expectSound(language.parse(shape)));
      }
    });
  },
);
