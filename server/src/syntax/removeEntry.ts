import type { TextChange } from '../base/textRange.ts';
import type { MappingEntry } from './configTree.ts';
import { endOfEntry, endOfLine } from './layout.ts';

/** What may stand behind a value that is alone on its lines: a comma, and a comment. */
const lineEnd = /^[ \t]*(?:,[ \t]*)?(?:(?:#|\/\/)[^\n]*)?$/;

/**
 * The change that takes an entry away with the lines that it stands on, whatever is said of it behind
 * its value included; undefined where it shares a line with something else, and where an anchor says
 * that another place may refer to it.
 */
export function removeEntry(text: string, entry: MappingEntry): TextChange | undefined {
  const start = text.lastIndexOf('\n', entry.keyRange.start - 1) + 1;
  const last = endOfEntry(text, entry);
  const end = endOfLine(text, last);
  const isAlone =
    text.slice(start, entry.keyRange.start).trim() === '' && lineEnd.test(text.slice(last, end));
  // The last line is none that something else comes behind, as it must behind an earlier entry.
  const next = text.indexOf('\n', end) + 1;
  const valueStart = entry.value?.range.start ?? entry.keyRange.end;
  const isAnchor = text.slice(entry.keyRange.end, valueStart).includes('&');
  if (!isAlone || next === 0 || isAnchor) return undefined;
  return { range: { start, end: next }, newText: '' };
}
