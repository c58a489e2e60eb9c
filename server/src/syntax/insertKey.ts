import { fail, type Result, succeed } from '../base/result.ts';
import type { TextChange } from '../base/textRange.ts';
import type { ConfigDocument, ConfigLanguage, MappingEntry, MappingNode } from './configTree.ts';
import { endOfEntry, endOfLine, lineBreakOf, ownEntries } from './layout.ts';

/** A value that fills no more than one line. */
export type PlainScalar = string | number | boolean | null;

/** A value behind further keys. */
export type NestedValue = PlainScalar | { readonly [key: string]: NestedValue };

/** `['a', 'b'], 1` → `{a: {b: 1}}`. */
export function nest(keys: readonly string[], value: PlainScalar): NestedValue {
  return keys.reduceRight<NestedValue>((inner, key) => ({ [key]: inner }), value);
}

/**
 * The changes that add a key, with the keys below it, at the end of a mapping; of an empty config
 * where there is no mapping. It takes the indentation of its neighbours.
 */
export function insertKey(
  language: ConfigLanguage,
  document: ConfigDocument,
  mapping: MappingNode | undefined,
  path: readonly string[],
  value: PlainScalar,
): Result<readonly TextChange[]> {
  const [key, ...rest] = path;
  if (key === undefined) return fail('There is no key to set.');
  if (document.sums)
    return fail(`The program does not set ${key}, and it cannot be added to it here.`);
  const nested = nest(rest, value);
  if (!mapping) return succeed([appendToNothing(language, document, path, value)]);
  const { text } = document;
  if (text[mapping.range.start] === '{') {
    return succeed(insertIntoFlow(text, mapping, flowEntry(language, key, nested)));
  }
  const column = columnOf(text, mapping.range.start);
  const step = indentStep(text);
  const last = ownEntries(mapping).at(-1);
  const at = endOfLine(text, last ? endOfEntry(text, last) : mapping.range.start);
  const lines = blockLines(language, path, value, column, step);
  const newText = lines.map((line) => `${lineBreakOf(text)}${line}`).join('');
  return succeed([{ range: { start: at, end: at }, newText }]);
}

function appendToNothing(
  language: ConfigLanguage,
  { text }: ConfigDocument,
  path: readonly string[],
  value: PlainScalar,
): TextChange {
  const lineBreak = lineBreakOf(text);
  const lines =
    language.name === 'json'
      ? [language.formatValue(nest(path, value))]
      : blockLines(language, path, value, '', '  ');
  const range = { start: text.length, end: text.length };
  const gap = text === '' || text.endsWith('\n') ? '' : lineBreak;
  return { range, newText: `${gap}${lines.join(lineBreak)}${lineBreak}` };
}

/** A key a line, each further in than the one before; the value stands behind the last. */
function blockLines(
  language: ConfigLanguage,
  path: readonly string[],
  value: PlainScalar,
  column: string,
  step: string,
): readonly string[] {
  return path.map((key, depth) => {
    const end = depth === path.length - 1 ? ` ${language.formatValue(value)}` : '';
    return `${column}${step.repeat(depth)}${language.formatValue(key)}:${end}`;
  });
}

function flowEntry(language: ConfigLanguage, key: string, value: NestedValue): string {
  if (language.name !== 'toml')
    return `${language.formatValue(key)}: ${language.formatValue(value)}`;
  return language.formatValue({ [key]: value }).slice(2, -2);
}

function insertIntoFlow(text: string, mapping: MappingNode, entry: string): readonly TextChange[] {
  const [first] = mapping.entries;
  const last = mapping.entries.at(-1);
  const open = mapping.range.start + 1;
  if (!first || !last) {
    const gap = text[open] === '}' ? '' : ' ';
    return [{ range: { start: open, end: open }, newText: `${entry}${gap}` }];
  }
  const end = endOfEntry(text, last);
  const comma = commaAfter(text, end, mapping.range.end - 1);
  const isOneEachLine = text.slice(open, first.keyRange.start).includes('\n');
  const line = endOfLine(text, comma ?? end);
  return isOneEachLine && line < mapping.range.end - 1
    ? insertLine(text, { first, end, comma, line }, entry)
    : [insertBehind(comma === undefined ? end : comma + 1, comma === undefined, entry)];
}

function insertBehind(at: number, needsComma: boolean, entry: string): TextChange {
  return { range: { start: at, end: at }, newText: `${needsComma ? ',' : ''} ${entry}` };
}

/** A line of its own; a comment behind the entry before it stays there. */
function insertLine(
  text: string,
  place: {
    readonly first: MappingEntry;
    readonly end: number;
    readonly comma: number | undefined;
    readonly line: number;
  },
  entry: string,
): readonly TextChange[] {
  const { first, end, comma, line } = place;
  const column = columnOf(text, first.keyRange.start);
  const newLine = `${lineBreakOf(text)}${column}${entry}`;
  if (comma !== undefined) return [{ range: { start: line, end: line }, newText: `${newLine},` }];
  if (line === end) return [{ range: { start: end, end }, newText: `,${newLine}` }];
  return [
    { range: { start: end, end }, newText: ',' },
    { range: { start: line, end: line }, newText: newLine },
  ];
}

/** Comments of YAML, and of JSON as editors take it. */
const blankOrComment = /\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;

/** Offset of a comma between two offsets with nothing but blanks and comments before it. */
function commaAfter(text: string, start: number, end: number): number | undefined {
  let at = start;
  while (at < end) {
    if (text[at] === ',') return at;
    const skip = new RegExp(blankOrComment);
    skip.lastIndex = at;
    if (!skip.test(text)) return undefined;
    at = skip.lastIndex;
  }
  return undefined;
}

/** Blanks up to the column of an offset; the dash of an item counts as a blank. */
function columnOf(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return line.replace('\uFEFF', '').replaceAll(/[^\t]/g, ' ');
}

/** A line that is a key with nothing but a comment behind it. */
const openKey = /^[^-].*:[ \t]*(?:#.*)?\r?$/;

/** How much further in a nested mapping of this config stands than the one around it. */
function indentStep(text: string): string {
  let outer: number | undefined;
  for (const line of text.split('\n')) {
    const content = line.replace(/^ +/, '');
    if (/^\s*(?:#|$)/.test(content)) continue;
    const column = line.length - content.length;
    const isInside = outer !== undefined && column > outer && /^[^\s-]/.test(content);
    if (outer !== undefined && isInside) return ' '.repeat(column - outer);
    outer = openKey.test(content) ? column : undefined;
  }
  return '  ';
}
