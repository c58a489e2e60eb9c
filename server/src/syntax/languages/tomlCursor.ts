import type { ConfigNode, CursorPlace } from '../configTree.ts';

/** What is being written at an offset of a TOML text: a key before the `=`, a value behind it. */
export function locateInToml(
  text: string,
  offset: number,
  root: ConfigNode | undefined,
): CursorPlace | undefined {
  const lineStart = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  if (before.replaceAll(/"[^"]*"|'[^']*'/g, '').includes('#') || /^\s*\[/.test(before)) {
    return undefined;
  }
  const left = /["']?[\w-]*$/.exec(before.slice(-100))?.[0] ?? '';
  const right = /^[\w-]*/.exec(text.slice(offset, offset + 100))?.[0] ?? '';
  const word = { start: offset - left.length, end: offset + right.length };
  const equals = before.indexOf('=');
  const written =
    equals < 0 ? before.slice(0, before.length - left.length) : before.slice(0, equals);
  const keys = keysOf(written);
  const path = [...tableAt(text.slice(0, lineStart)), ...keys];
  if (equals >= 0) return { part: 'value', path, word, hasValue: false, root };
  const hasValue = /^[ \t]*=/.test(text.slice(word.end));
  return { part: 'key', path, word, hasValue, root };
}

/** The keys of the last header before a line; those of a list of tables lead to its last item. */
function tableAt(text: string): readonly string[] {
  const header = [...text.matchAll(/^[ \t]*\[{1,2}([^[\]\n]+)\]{1,2}/gm)].at(-1)?.[1];
  return header === undefined ? [] : keysOf(header);
}

function keysOf(dotted: string): readonly string[] {
  return [...dotted.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}
