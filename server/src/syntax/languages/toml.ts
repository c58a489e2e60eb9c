import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';

import type { TextRange } from '../../base/textRange.ts';
import type { ConfigProblem } from '../../model/finding.ts';
import type { ConfigDocument, ConfigLanguage } from '../configTree.ts';
import { endOfLine } from '../layout.ts';
import { nestingOf } from './nesting.ts';
import { formatExponent, toNumberText } from './numberText.ts';
import { locateInToml } from './tomlCursor.ts';
import { buildTomlTree, depthOfToml } from './tomlTree.ts';

/**
 * TOML as Python's `tomllib` reads it (version 1.0). Of a broken file the statements that can be
 * read make the tree.
 */
export const toml: ConfigLanguage = {
  name: 'toml',
  extensions: ['.toml'],
  parse: parseToml,
  locate: (text, offset) => locateInToml(text, offset, parseToml(text).root),
  formatNumber: formatTomlNumber,
  formatValue: formatTomlValue,
};

/** So many broken lines are left out before the file counts as one that is not read. */
const mostBrokenLines = 8;
/**
 * The parser calls itself for every level of brackets, and whoever walks the tree for every level of
 * keys too: `a.b.c = 1` needs no bracket.
 */
const deepest = 80;

/** The syntax tree of a text, in which broken lines may be blank, and what is wrong with those. */
export interface TomlReading {
  readonly program: AST.TOMLProgram | undefined;
  readonly problems: readonly ConfigProblem[];
}

function parseToml(text: string): ConfigDocument {
  const { program, problems } = readToml(text);
  return { language: 'toml', text, root: program && buildTomlTree(text, program), problems };
}

/** Reads a text; a line that cannot be read is taken for blank, and the rest is read again. */
export function readToml(text: string): TomlReading {
  const problems: ConfigProblem[] = [];
  if (nestingOf(text) > deepest) return { program: undefined, problems: [tooDeepProblem(text)] };
  // A byte order mark is no content; its place is kept.
  let readable = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  while (problems.length < mostBrokenLines) {
    const reading = readOnce(readable);
    if (!('index' in reading)) return ofReadable(reading, text, problems);
    const at = Math.min(reading.index, text.length);
    const isTwice = reading.message.startsWith('Defining a key');
    const range = isTwice ? lineAt(readable, at) : brokenLine(readable, at);
    const message = `Not valid TOML: ${reading.message}.`;
    problems.push({ code: 'toml-syntax', severity: 'error', message, range });
    const blanked = withoutLine(readable, range);
    if (blanked === readable) break;
    readable = blanked;
  }
  return { program: undefined, problems };
}

function ofReadable(
  program: AST.TOMLProgram,
  text: string,
  problems: readonly ConfigProblem[],
): TomlReading {
  if (depthOfToml(program) <= deepest) return { program, problems };
  return { program: undefined, problems: [tooDeepProblem(text)] };
}

function readOnce(
  text: string,
): AST.TOMLProgram | { readonly index: number; readonly message: string } {
  try {
    return parseTOML(text, { tomlVersion: '1.0' });
  } catch (error) {
    if (error instanceof ParseError) return { index: error.index, message: error.message };
    // The library answers with errors of its own; this is for input it was not made for.
    return { index: 0, message: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * The line at fault for an error at an offset: its own, or the last one before it that has anything
 * where its own can be read by itself, as behind a bracket that nobody closed.
 */
function brokenLine(text: string, offset: number): TextRange {
  const own = lineAt(text, offset);
  const content = text.slice(own.start, own.end).trim();
  const before = text.slice(0, own.start).trimEnd().length;
  const isInnocent = content === '' || !('index' in readOnce(content));
  return isInnocent && before > 0 ? lineAt(text, before) : own;
}

function lineAt(text: string, offset: number): TextRange {
  return { start: lineStart(text, offset), end: endOfLine(text, offset) };
}

function withoutLine(text: string, { start, end }: TextRange): string {
  return `${text.slice(0, start)}${' '.repeat(end - start)}${text.slice(end)}`;
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function tooDeepProblem(text: string): ConfigProblem {
  const range = { start: 0, end: Math.min(text.length, 1) };
  const message = 'This is nested too deeply to be read as a config.';
  return { code: 'toml-too-deep', severity: 'error', message, range };
}

/** A whole number with an exponent is a float; TOML wants a digit behind a dot. */
function formatTomlNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const { mantissa, exponent } = toNumberText(value);
  return exponent === undefined ? mantissa : `${mantissa}${formatExponent(exponent)}`;
}

/** TOML has no word for null: what reads the result says so. */
function formatTomlValue(value: unknown): string {
  if (typeof value === 'number') return formatTomlNumber(value);
  if (Array.isArray(value)) return `[${value.map(formatTomlValue).join(', ')}]`;
  if (typeof value === 'string') return formatTomlText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(
    ([key, inner]) => `${formatTomlKey(key)} = ${formatTomlValue(inner)}`,
  );
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** A key, in quotes where it needs them. */
export function formatTomlKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : formatTomlText(key);
}

/** JSON's escapes are TOML's, but for the one control character that JSON leaves as it is. */
function formatTomlText(text: string): string {
  return JSON.stringify(text).replaceAll('\u007F', '\\u007F');
}
