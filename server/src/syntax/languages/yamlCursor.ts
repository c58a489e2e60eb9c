import type { TextRange } from '../../base/textRange.ts';
import type { ConfigNode, CursorPlace } from '../configTree.ts';

/** Stands for the word that is being written, so that the text around it parses. */
const standIn = 'counterweightCursor';

/**
 * What is being written at an offset of a YAML text: the word there is replaced by one that parses,
 * as a key on a line of its own and as a value elsewhere, and looked for in the tree.
 */
export function locateInYaml(
  text: string,
  offset: number,
  parse: (text: string) => ConfigNode | undefined,
): CursorPlace | undefined {
  const word = wordAt(text, offset);
  const lineStart = text.lastIndexOf('\n', word.start - 1) + 1;
  const before = text.slice(lineStart, word.start);
  if (isComment(before)) return undefined;
  const rest = text.slice(word.end);
  const hasValue = /^[ \t]*:(?=[ \t\r\n]|$)/.test(rest);
  const isOwnLine = /^[ \t]*(?:-[ \t]+)*["']?$/.test(before);
  const written = isOwnLine && !hasValue ? `${standIn}: ` : standIn;
  const root = parse(text.slice(0, word.start) + written + rest);
  const found = find(root, []);
  return found && { ...found, word, hasValue, root };
}

function wordAt(text: string, offset: number): TextRange {
  const before = /["']?[\w.-]*$/.exec(text.slice(Math.max(0, offset - 100), offset))?.[0] ?? '';
  // A dash alone begins an item of a list.
  const left = /^-+$/.test(before) ? '' : before;
  const quote = /^["']/.exec(left)?.[0] ?? '';
  const after = /^[\w.-]*/.exec(text.slice(offset, offset + 100))?.[0] ?? '';
  const end = offset + after.length;
  const closes = quote !== '' && text.startsWith(quote, end) ? 1 : 0;
  return { start: offset - left.length, end: end + closes };
}

function isComment(before: string): boolean {
  return /(?:^|\s)#/.test(before.replaceAll(/"[^"]*"|'[^']*'/g, ''));
}

function find(
  node: ConfigNode | undefined,
  path: readonly string[],
): Pick<CursorPlace, 'part' | 'path'> | undefined {
  if (node?.kind === 'scalar') {
    return node.value === standIn ? { part: 'value', path } : undefined;
  }
  if (node?.kind === 'sequence') {
    return firstOf(node.items.map((item, index) => () => find(item, [...path, String(index)])));
  }
  return firstOf(
    (node?.entries ?? []).map(
      ({ key, value }) =>
        () =>
          key === standIn ? { part: 'key', path } : find(value, [...path, key]),
    ),
  );
}

function firstOf<T>(looks: readonly (() => T | undefined)[]): T | undefined {
  for (const look of looks) {
    const found = look();
    if (found !== undefined) return found;
  }
  return undefined;
}
