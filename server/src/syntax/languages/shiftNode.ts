import { shiftRange } from '../../base/textRange.ts';
import type { ConfigNode, MappingEntry } from '../configTree.ts';

/** The same tree, so many characters further on. */
export function shiftNode(node: ConfigNode, by: number): ConfigNode {
  if (by === 0) return node;
  const range = shiftRange(node.range, by);
  if (node.kind === 'scalar') return { ...node, range };
  if (node.kind === 'sequence') {
    return { kind: 'sequence', range, items: node.items.map((item) => shiftNode(item, by)) };
  }
  return { ...node, range, entries: node.entries.map((entry) => shiftEntry(entry, by)) };
}

/** The same entry, so many characters further on. */
export function shiftEntry(entry: MappingEntry, by: number): MappingEntry {
  if (by === 0) return entry;
  return {
    ...entry,
    keyRange: shiftRange(entry.keyRange, by),
    value: entry.value && shiftNode(entry.value, by),
  };
}
