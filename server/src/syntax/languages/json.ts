import {
  createScanner,
  getLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

import type { ConfigProblem } from '../../model/finding.ts';
import type {
  ConfigDocument,
  ConfigLanguage,
  ConfigNode,
  CursorPlace,
  MappingEntry,
  ScalarNode,
} from '../configTree.ts';
import { noteBehind } from '../notes.ts';
import { formatExponent, toNumberText } from './numberText.ts';

/** Deeper nesting than this is no config; it would only exhaust the stack of whoever walks it. */
const deepest = 100;

/** Of an open quote all that follows is an error too. */
const mostErrors = 10;

/** The scanner's kinds of tokens, whose names the package keeps for compilers of whole programs. */
const unknownToken = 16;
const endOfText = 17;

/** JSON with comments and trailing commas, as editors and most trainers take it. */
export const json: ConfigLanguage = {
  name: 'json',
  extensions: ['.json', '.jsonc'],
  parse: parseJson,
  locate: locateInJson,
  formatNumber: formatJsonNumber,
  formatValue: formatJsonValue,
};

function locateInJson(text: string, offset: number): CursorPlace | undefined {
  const { path, isAtPropertyKey, previousNode: node } = getLocation(text, offset);
  const isInside = node && offset > node.offset && offset <= node.offset + node.length;
  const start = isInside ? node.offset : offset;
  const end = isInside ? start + node.length : offset;
  const keys = path.map(String);
  return {
    part: isAtPropertyKey ? 'key' : 'value',
    path: isAtPropertyKey ? keys.slice(0, -1) : keys,
    word: { start, end },
    hasValue: isAtPropertyKey && /^\s*:/.test(text.slice(end)),
    root: parseJson(text).root,
  };
}

function parseJson(text: string): ConfigDocument {
  const errors: ParseError[] = [];
  try {
    const options = { allowTrailingComma: true, allowEmptyContent: true };
    const tree = parseTree(toParsedText(text), errors, options);
    const problems = errors.slice(0, mostErrors).map((error) => toProblem(error, text));
    const root = tree && convert(tree, text, 0);
    if (tree && depthOf(tree) > deepest + 1) problems.push(tooDeepProblem(text, 'warning'));
    return { language: 'json', text, root, problems };
  } catch {
    // The parser calls itself for every level and has no limit of its own.
    const problems = [tooDeepProblem(text, 'error')];
    return { language: 'json', text, root: undefined, problems };
  }
}

/**
 * The text as the parser knows it, every character in its place: without a byte order mark, and
 * with numbers where Python's reader takes `NaN`, `Infinity` and `-Infinity`.
 */
function toParsedText(text: string): string {
  const readable = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  if (!/NaN|Infinity/.test(readable)) return readable;
  const scanner = createScanner(readable, true);
  const pieces: string[] = [];
  let end = 0;
  while (scanner.scan() !== endOfText) {
    const start = scanner.getTokenOffset();
    const word = scanner.getTokenValue();
    const isNumber = word === 'Infinity' || (word === 'NaN' && readable[start - 1] !== '-');
    if (scanner.getToken() !== unknownToken || !isNumber) continue;
    pieces.push(readable.slice(end, start), '1'.repeat(word.length));
    end = start + word.length;
  }
  return pieces.join('') + readable.slice(end);
}

/** How many values stand in each other. */
function depthOf({ type, children = [] }: Node): number {
  const inner = children.reduce((most, child) => Math.max(most, depthOf(child)), 0);
  return type === 'property' ? inner : inner + 1;
}

function tooDeepProblem(text: string, severity: ConfigProblem['severity']): ConfigProblem {
  const range = { start: 0, end: Math.min(text.length, 1) };
  const message = 'This is nested too deeply to be read as a config.';
  return { code: 'json-too-deep', severity, message, range };
}

function toProblem(error: ParseError, text: string): ConfigProblem {
  // `PropertyNameExpected` → `property name expected`.
  const words = printParseErrorCode(error.error)
    .replace(/(?<=.)([A-Z])/g, ' $1')
    .toLowerCase();
  const start = Math.min(error.offset, text.length);
  return {
    code: 'json-syntax',
    severity: 'error',
    message: `Not valid JSON: ${words}.`,
    range: { start, end: Math.min(start + error.length, text.length) },
  };
}

function convert(node: Node, text: string, depth: number): ConfigNode | undefined {
  if (depth > deepest) return undefined;
  const range = { start: node.offset, end: node.offset + node.length };
  if (node.type === 'object') {
    const entries = (node.children ?? []).flatMap((child) => toEntry(child, text, depth));
    return { kind: 'mapping', range, entries };
  }
  if (node.type === 'array') {
    const items = (node.children ?? []).flatMap((child) => convert(child, text, depth + 1) ?? []);
    return { kind: 'sequence', range, items };
  }
  const written = text.slice(range.start, range.end);
  return { kind: 'scalar', range, value: toValue(node, written), text: written };
}

function toEntry(property: Node, text: string, depth: number): readonly MappingEntry[] {
  const [key, value] = property.children ?? [];
  if (!key) return [];
  const note = value?.children ? undefined : noteBehind(text, end(value ?? key), '//');
  return [
    {
      key: String(key.value),
      keyRange: { start: key.offset, end: end(key) },
      value: value && convert(value, text, depth + 1),
      ...(note === undefined ? {} : { note }),
    },
  ];
}

function end({ offset, length }: Node): number {
  return offset + length;
}

function toValue(node: Node, written: string): ScalarNode['value'] {
  const value: unknown = node.value;
  if (node.type === 'number' && /[NI]/.test(written)) return Number(written);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : String(value);
}

/** JSON has no word for NaN and the infinities; Python's reader and writer use these. */
function formatJsonNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const { mantissa, exponent } = toNumberText(value);
  return exponent === undefined ? mantissa : `${mantissa}${formatExponent(exponent)}`;
}

function formatJsonValue(value: unknown): string {
  if (typeof value === 'number') return formatJsonNumber(value);
  if (Array.isArray(value)) return `[${value.map(formatJsonValue).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).map(
    ([key, inner]) => `${JSON.stringify(key)}: ${formatJsonValue(inner)}`,
  );
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
