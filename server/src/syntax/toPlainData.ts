import type { TextRange } from '../base/textRange.ts';
import type { ConfigNode, MappingEntry } from './configTree.ts';

/**
 * The plain JavaScript data of a config tree, for validation by a schema: mappings become objects
 * (of keys set twice the last counts, as in Python), a key without a value becomes null.
 */
export function toPlainData(node: ConfigNode | undefined): unknown {
  if (!node) return null;
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'sequence') return node.items.map(toPlainData);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, toPlainData(value)]));
}

/** What stands at a path of the plain data: the key that leads there, if any, and the value. */
export interface PathPlace {
  readonly node: ConfigNode | undefined;
  /** Range of the key; absent at the root and for items of a sequence. */
  readonly keyRange: TextRange | undefined;
}

/**
 * The way back from a path of the plain data, such as the path of a zod issue, to the tree.
 * Undefined where the path leads to nothing in the text.
 */
export function nodeAtPath(
  root: ConfigNode | undefined,
  path: readonly PropertyKey[],
): PathPlace | undefined {
  return path.reduce<PathPlace | undefined>(
    (place, key) => place && childAt(place.node, String(key)),
    { node: root, keyRange: undefined },
  );
}

function childAt(node: ConfigNode | undefined, key: string): PathPlace | undefined {
  if (node?.kind === 'mapping') {
    const entry = node.entries.findLast((candidate: MappingEntry) => candidate.key === key);
    return entry && { node: entry.value, keyRange: entry.keyRange };
  }
  const item = node?.kind === 'sequence' ? node.items[Number(key)] : undefined;
  return item && { node: item, keyRange: undefined };
}
