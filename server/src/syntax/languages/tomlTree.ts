import type { AST } from 'toml-eslint-parser';

import type { TextRange } from '../../base/textRange.ts';
import type { ConfigNode, ScalarNode } from '../configTree.ts';
import { noteBehind } from '../notes.ts';

/** A mapping that grows: TOML sets the keys of one table in several places. */
interface OpenMapping {
  readonly kind: 'mapping';
  range: TextRange;
  readonly entries: OpenEntry[];
  /** The place of each key among the entries. */
  readonly places: Map<string, OpenEntry>;
}

interface OpenSequence {
  readonly kind: 'sequence';
  range: TextRange;
  readonly items: OpenNode[];
}

type OpenNode = OpenMapping | OpenSequence | ScalarNode;

interface OpenEntry {
  readonly key: string;
  readonly keyRange: TextRange;
  readonly value: OpenNode;
  readonly note?: string;
}

/** Turns a TOML file into a config tree: the parts of a table come together wherever they stand. */
export function buildTomlTree(text: string, program: AST.TOMLProgram): ConfigNode | undefined {
  const [top] = program.body;
  if (top.body.length === 0) return undefined;
  const root = openMapping({ start: 0, end: text.length });
  for (const part of top.body) {
    if (part.type === 'TOMLKeyValue') addKeyValue(text, root, part);
    else addTable(text, root, part);
  }
  return close(root);
}

/** How many keys and brackets lead to the value that stands deepest. */
export function depthOfToml({ body: [{ body }] }: AST.TOMLProgram): number {
  return mostOf(body, (part) =>
    part.type === 'TOMLKeyValue'
      ? depthOf(part)
      : // A table may be an item of a list.
        2 * part.key.keys.length + mostOf(part.body, depthOf),
  );
}

function depthOf(node: AST.TOMLKeyValue | AST.TOMLContentNode): number {
  if (node.type === 'TOMLKeyValue') return node.key.keys.length + depthOf(node.value);
  if (node.type === 'TOMLArray') return 1 + mostOf(node.elements, depthOf);
  return node.type === 'TOMLInlineTable' ? mostOf(node.body, depthOf) : 1;
}

function mostOf<T>(parts: readonly T[], sizeOf: (part: T) => number): number {
  return parts.reduce((most, part) => Math.max(most, sizeOf(part)), 0);
}

function addTable(text: string, root: OpenMapping, table: AST.TOMLTable): void {
  const range = toRange(table);
  const keys = table.key.keys;
  let mapping = root;
  for (const [index, key] of keys.entries()) {
    const isItem = table.kind === 'array' && index === keys.length - 1;
    mapping = isItem ? newItem(mapping, key, range) : innerMapping(mapping, key, range);
  }
  for (const entry of table.body) addKeyValue(text, mapping, entry);
}

function addKeyValue(text: string, table: OpenMapping, { key, value }: AST.TOMLKeyValue): void {
  const keys = [...key.keys];
  const last = keys.pop();
  if (!last) return;
  const range = { start: key.range[0], end: value.range[1] };
  const mapping = keys.reduce((inner, name) => innerMapping(inner, name, range), table);
  widen(mapping, range);
  const note = noteBehind(text, value.range[1], '#');
  addEntry(mapping, {
    key: nameOf(last),
    keyRange: toRange(last),
    value: convert(text, value),
    ...(note === undefined ? {} : { note }),
  });
}

/** The mapping behind a key, made where there is none; of a list of tables the last. */
function innerMapping(
  mapping: OpenMapping,
  key: AST.TOMLBare | AST.TOMLQuoted,
  range: TextRange,
): OpenMapping {
  widen(mapping, range);
  const found = mapping.places.get(nameOf(key))?.value;
  const inner = found?.kind === 'sequence' ? found.items.at(-1) : found;
  if (inner?.kind === 'mapping') {
    widen(inner, range);
    return inner;
  }
  const made = openMapping(range);
  addEntry(mapping, { key: nameOf(key), keyRange: toRange(key), value: made });
  return made;
}

function newItem(
  mapping: OpenMapping,
  key: AST.TOMLBare | AST.TOMLQuoted,
  range: TextRange,
): OpenMapping {
  widen(mapping, range);
  const item = openMapping(range);
  const found = mapping.places.get(nameOf(key))?.value;
  if (found?.kind === 'sequence') {
    found.items.push(item);
    widen(found, range);
  } else {
    const value: OpenSequence = { kind: 'sequence', range, items: [item] };
    addEntry(mapping, { key: nameOf(key), keyRange: toRange(key), value });
  }
  return item;
}

function convert(text: string, node: AST.TOMLContentNode): OpenNode {
  const range = toRange(node);
  if (node.type === 'TOMLArray') {
    return { kind: 'sequence', range, items: node.elements.map((item) => convert(text, item)) };
  }
  if (node.type === 'TOMLInlineTable') {
    const mapping = openMapping(range);
    for (const entry of node.body) addKeyValue(text, mapping, entry);
    mapping.range = range;
    return mapping;
  }
  return { kind: 'scalar', range, value: toValue(node, text), text: text.slice(...node.range) };
}

/** A date stays the text that it is written as. */
function toValue(node: AST.TOMLValue, text: string): ScalarNode['value'] {
  if (node.kind === 'string' || node.kind === 'boolean') return node.value;
  return typeof node.value === 'number' ? node.value : text.slice(...node.range);
}

function openMapping(range: TextRange): OpenMapping {
  return { kind: 'mapping', range, entries: [], places: new Map() };
}

function addEntry(mapping: OpenMapping, entry: OpenEntry): void {
  mapping.entries.push(entry);
  mapping.places.set(entry.key, entry);
}

function widen(node: OpenMapping | OpenSequence, { start, end }: TextRange): void {
  const { range } = node;
  node.range = { start: Math.min(range.start, start), end: Math.max(range.end, end) };
}

function close(node: OpenNode): ConfigNode {
  if (node.kind === 'scalar') return node;
  if (node.kind === 'sequence') {
    return { kind: 'sequence', range: node.range, items: node.items.map(close) };
  }
  const entries = node.entries.map((entry) => ({ ...entry, value: close(entry.value) }));
  return { kind: 'mapping', range: node.range, entries };
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}

function toRange({ range: [start, end] }: AST.TOMLNode): TextRange {
  return { start, end };
}
