import { expect } from 'vitest';

import { LineIndex, type LinePosition } from '../../server/src/base/lineIndex.ts';
import type { TextRange } from '../../server/src/base/textRange.ts';

/** What is said of a range of a text: a diagnostic, an inlay hint, a highlighted hover. */
export interface Mark {
  /** Zero-based lines and UTF-16 columns, as the LSP counts; within one line. */
  readonly range: { readonly start: LinePosition; readonly end: LinePosition };
  readonly message: string;
}

/** A fixture without its marks, and the marks. */
export interface MarkedText {
  readonly text: string;
  /** Where `$0` stood. */
  readonly cursor: (LinePosition & { readonly offset: number }) | undefined;
  readonly marks: readonly Mark[];
}

const markLine = /^(\s*(?:#|\/\/)?\s*)(\^+)(?: (.*))?$/;
const cursorMark = '$0';

/**
 * Reads a fixture. A line that holds nothing but carets and a message, behind a comment sign or
 * not, marks the columns of the last line above that is not such a line; these lines are taken
 * out. `$0` is the cursor and is taken out too, so put no carets behind it on its line.
 *
 *     kl_weight: 0.1$0
 *     #          ^^^ warning R1: `kl` moves the parameters little…
 *
 * `…` in a message stands for any text. The indentation of the first line is taken off all lines.
 */
export function parseMarkedText(fixture: string): MarkedText {
  const kept: string[] = [];
  const marks: Mark[] = [];
  for (const line of dedent(fixture).split('\n')) {
    const [match, indent = '', carets = '', message = ''] = markLine.exec(line) ?? [];
    if (match === undefined) {
      kept.push(line);
      continue;
    }
    const character = indent.length;
    const row = kept.length - 1;
    marks.push({
      range: {
        start: { line: row, character },
        end: { line: row, character: character + carets.length },
      },
      message,
    });
  }
  const marked = kept.join('\n');
  const offset = marked.indexOf(cursorMark);
  if (offset < 0) return { text: marked, cursor: undefined, marks };
  const text = marked.slice(0, offset) + marked.slice(offset + cursorMark.length);
  return { text, cursor: { ...new LineIndex(text).positionAt(offset), offset }, marks };
}

/** A mark on a range of offsets, for parts that know no lines. */
export function markAt(text: string, range: TextRange, message: string): Mark {
  const lines = new LineIndex(text);
  return {
    range: { start: lines.positionAt(range.start), end: lines.positionAt(range.end) },
    message,
  };
}

/**
 * Expects the marks of the fixture and no others. Both sides are written under the text before
 * they are compared, so that a failure shows the place.
 */
export function checkMarks(expected: MarkedText, actual: readonly Mark[]): void {
  const matched = actual.map((mark) => {
    const pattern = expected.marks.find(
      (wanted) => samePlace(wanted, mark) && matchesPattern(mark.message, wanted.message),
    );
    return pattern ?? mark;
  });
  expect(writeMarks(expected.text, matched)).toBe(writeMarks(expected.text, expected.marks));
}

/** True where the text fits the pattern, in which `…` stands for any text. */
export function matchesPattern(text: string, pattern: string): boolean {
  const pieces = pattern.split('…').map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(text);
}

/** The text with its marks under their lines: the inverse of `parseMarkedText`. */
export function writeMarks(text: string, marks: readonly Mark[]): string {
  const sorted = [...marks].sort(compareMarks);
  return text
    .split('\n')
    .flatMap((line, row) => [
      line,
      ...sorted.filter((mark) => mark.range.start.line === row).map(writeMark),
    ])
    .join('\n');
}

/** Takes the first line's indentation off all lines, and an empty first and last line away. */
export function dedent(fixture: string): string {
  const lines = fixture
    .replace(/^\n/, '')
    .replace(/\n[ \t]*$/, '\n')
    .split('\n');
  const indent = /^[ \t]*/.exec(lines[0] ?? '')?.[0] ?? '';
  return lines
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

function writeMark({ range, message }: Mark): string {
  const { start, end } = range;
  const carets = end.line === start.line ? end.character - start.character : 1;
  const place = ' '.repeat(start.character) + '^'.repeat(Math.max(1, carets));
  return `${place}${end.line === start.line ? '' : ` (to line ${end.line})`} ${message}`.trimEnd();
}

function samePlace(a: Mark, b: Mark): boolean {
  return (
    comparePositions(a.range.start, b.range.start) === 0 &&
    comparePositions(a.range.end, b.range.end) === 0
  );
}

function compareMarks(a: Mark, b: Mark): number {
  return (
    comparePositions(a.range.start, b.range.start) ||
    comparePositions(a.range.end, b.range.end) ||
    (a.message < b.message ? -1 : 1)
  );
}

function comparePositions(a: LinePosition, b: LinePosition): number {
  return a.line - b.line || a.character - b.character;
}
