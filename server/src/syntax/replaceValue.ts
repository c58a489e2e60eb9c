import type { TextChange } from '../base/textRange.ts';
import type {
  ConfigDocument,
  ConfigLanguage,
  ConfigNode,
  MappingEntry,
  ScalarNode,
} from './configTree.ts';
import { replaceNumber } from './edit.ts';
import type { NestedValue } from './insertKey.ts';
import { endOfLine, endOfNode } from './layout.ts';

/** A key with its value, or an item of a sequence, which has no key. */
export type ReplacedEntry = Pick<MappingEntry, 'value'> & Partial<Pick<MappingEntry, 'keyRange'>>;

/**
 * The change that gives a key or an item another value. Quotes
 * stay where a text takes the place of a text.
 */
export function replaceValue(
  language: ConfigLanguage,
  document: ConfigDocument,
  { value: node, keyRange }: ReplacedEntry,
  value: NestedValue,
): TextChange {
  const { text } = document;
  const afterColon = text.indexOf(':', keyRange?.end ?? 0) + 1;
  if (!node) {
    const range = { start: afterColon, end: afterColon };
    return { range, newText: ` ${language.formatValue(value)}` };
  }
  if (node.kind === 'scalar') return replaceScalar(language, document, node, value);
  if (isFlow(text, node) || !keyRange) {
    return { range: node.range, newText: language.formatValue(value) };
  }
  // A block begins on the lines below its key: they go, and what is said of the key itself stays.
  const said = text.slice(afterColon, endOfLine(text, afterColon));
  const comment = /^\s*#/.test(said) ? said : '';
  const range = { start: afterColon, end: endOfLine(text, endOfNode(text, node)) };
  return { range, newText: ` ${language.formatValue(value)}${comment}` };
}

function replaceScalar(
  language: ConfigLanguage,
  document: ConfigDocument,
  node: ScalarNode,
  value: NestedValue,
): TextChange {
  if (typeof value === 'number' && typeof node.value === 'number') {
    return replaceNumber(document, node, value);
  }
  // The text of a block scalar ends with its line.
  const ending = /\r?\n$/.exec(node.text)?.[0] ?? '';
  // Only YAML doubles the quote inside, and a backslash says more than itself in Python.
  const isPlain = language.name === 'yaml' || !/['\\]/.test(String(value));
  const quoted = typeof value === 'string' && isPlain ? quotedAs(node.text, value) : undefined;
  return { range: node.range, newText: `${quoted ?? language.formatValue(value)}${ending}` };
}

function quotedAs(before: string, value: string): string | undefined {
  if (before.startsWith('"')) return JSON.stringify(value);
  const isOneLine = !/[\r\n]/.test(value);
  return before.startsWith("'") && isOneLine ? `'${value.replaceAll("'", "''")}'` : undefined;
}

function isFlow(text: string, { range }: ConfigNode): boolean {
  return /^[[{]/.test(text.slice(range.start, range.start + 1));
}
