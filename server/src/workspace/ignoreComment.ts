import type { LineIndex } from '../base/lineIndex.ts';
import type { TextRange } from '../base/textRange.ts';

/** A text whose lines are known. */
interface LinedText {
  readonly text: string;
  readonly lines: LineIndex;
}

/**
 * `# counterweight: ignore weak-loss` on a line of the place, or alone on the line above it. In JSON
 * a comment begins with `//`.
 */
export function isIgnored({ text, lines }: LinedText, range: TextRange, rule: string): boolean {
  const { line } = lines.positionAt(range.start);
  // What ends with its line does not reach into the next.
  const { line: last } = lines.positionAt(Math.max(range.start, range.end - 1));
  const startOf = (at: number): number => lines.offsetAt({ line: at, character: 0 });
  const above = line === 0 ? '' : text.slice(startOf(line - 1), startOf(line));
  const own = text.slice(startOf(line), startOf(last + 1));
  const said = (/^\s*(?:#|\/\/)/.test(above) ? above : '') + own;
  return [...said.matchAll(/counterweight:\s*ignore\s+([\w, -]+)/g)].some((match) =>
    (match[1] ?? '').split(/[\s,]+/).includes(rule),
  );
}
