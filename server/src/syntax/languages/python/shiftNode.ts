import { shiftRange } from '../../../base/textRange.ts';
import type { ConfigNode, MappingEntry } from '../../configTree.ts';

/** The same tree, so many characters further on. */
export function shiftNode(node: ConfigNode, by: number): ConfigNode {
  const range = shiftRange(node.range, by);
  if (node.kind === 'scalar') return { ...node, range };
  if (node.kind === 'sequence') {
    return { kind: 'sequence', range, items: node.items.map((item) => shiftNode(item, by)) };
  }
  return { ...node, range, entries: node.entries.map((entry) => shiftEntry(entry, by)) };
}

function shiftEntry(entry: MappingEntry, by: number): MappingEntry {
  return {
    ...entry,
    keyRange: shiftRange(entry.keyRange, by),
    value: entry.value && shiftNode(entry.value, by),
  };
}
