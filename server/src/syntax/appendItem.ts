import { isDeepStrictEqual } from 'node:util';

import { fail, type Result, succeed } from '../base/result.ts';
import { applyChanges, type TextChange } from '../base/textRange.ts';
import type { ConfigNode, SequenceNode } from './configTree.ts';
import { findNode } from './configTree.ts';
import { yaml } from './languages/yaml.ts';
import { endOfLine, endOfNode, lineBreakOf } from './layout.ts';
import { toPlainData } from './toPlainData.ts';

/**
 * The YAML text in which the list behind a key of the root has one more item at its end; a list that is
 * missing is made. Comments and layout stay. Fails, in words, where something else stands there.
 */
export function appendItem(text: string, key: string, item: string): Result<string> {
  const before = yaml.parse(text);
  const list = findNode(before.root, [key]);
  const isEmpty = list === undefined || (list.kind === 'scalar' && list.value === null);
  const hasKey = before.root?.kind === 'mapping' && before.root.entries.some((e) => e.key === key);
  if (!isEmpty && list?.kind !== 'sequence') return fail(`${key} is no list.`);
  if (isEmpty && hasKey) return fail(`${key} is empty: give it a value, or take it out.`);
  const change =
    list?.kind === 'sequence' ? intoList(text, list, item) : asNewKey(text, before.root, key, item);
  const after = applyChanges(text, [change]);
  const read = yaml.parse(after);
  const wanted = withItem(toPlainData(before.root), key, item);
  const isMeant =
    read.problems.every(({ severity }) => severity !== 'error') &&
    isDeepStrictEqual(toPlainData(read.root), wanted);
  return isMeant ? succeed(after) : fail(`${item} cannot be added to ${key} in this text.`);
}

function intoList(text: string, list: SequenceNode, item: string): TextChange {
  const value = yaml.formatValue(item);
  const last = list.items.at(-1);
  if (text[list.range.start] === '[') {
    const at = last ? endOfNode(text, last) : list.range.start + 1;
    return { range: { start: at, end: at }, newText: last ? `, ${value}` : value };
  }
  const at = endOfLine(text, last ? endOfNode(text, last) : list.range.start);
  const lineStart = text.lastIndexOf('\n', list.range.start - 1) + 1;
  const indent = text.slice(lineStart, list.range.start);
  return { range: { start: at, end: at }, newText: `${lineBreakOf(text)}${indent}- ${value}` };
}

function asNewKey(
  text: string,
  root: ConfigNode | undefined,
  key: string,
  item: string,
): TextChange {
  const at = root ? endOfLine(text, endOfNode(text, root)) : text.length;
  const lineBreak = lineBreakOf(text);
  const line = `${key}: ${yaml.formatValue([item])}`;
  const gap = at === 0 || text[at - 1] === '\n' ? '' : lineBreak;
  const end = at === text.length ? lineBreak : '';
  return { range: { start: at, end: at }, newText: `${gap}${line}${end}` };
}

function withItem(data: unknown, key: string, item: string): unknown {
  const mapping = typeof data === 'object' && data !== null ? data : {};
  const items = Object.entries(mapping).find(([name]) => name === key)?.[1];
  return { ...mapping, [key]: [...(Array.isArray(items) ? items : []), item] };
}
