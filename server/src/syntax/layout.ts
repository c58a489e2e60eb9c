import type { ConfigNode, MappingEntry, MappingNode } from './configTree.ts';

/** Offset of the end of the line on which an offset lies, its line break excluded. */
export function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  if (end < 0) return text.length;
  return text[end - 1] === '\r' && end > offset ? end - 1 : end;
}

/** The line break that a text uses. */
export function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** Where the last visible character of a node ends: the range of a block may reach further. */
export function endOfNode(text: string, node: ConfigNode): number {
  if (node.kind === 'mapping' && text[node.range.start] !== '{') {
    const last = ownEntries(node).at(-1);
    if (last) return endOfEntry(text, last);
  }
  if (node.kind === 'sequence' && text[node.range.start] !== '[') {
    const last = node.items.findLast(({ range }) => range.start >= node.range.start);
    if (last) return endOfNode(text, last);
  }
  return text.slice(0, node.range.end).trimEnd().length;
}

/** Where the last visible character of a key's value ends; of the key itself where it has none. */
export function endOfEntry(text: string, { keyRange, value }: MappingEntry): number {
  // What an alias stands for begins further up.
  return value && value.range.start >= keyRange.end ? endOfNode(text, value) : keyRange.end;
}

/** The entries that stand in the mapping itself, in the order of the text; not those merged into it. */
export function ownEntries({ entries, range }: MappingNode): readonly MappingEntry[] {
  return entries.filter(
    ({ keyRange }) => keyRange.start >= range.start && keyRange.end <= range.end,
  );
}
