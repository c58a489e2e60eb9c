import type { LineIndex } from '../base/lineIndex.ts';
import type { TextRange } from '../base/textRange.ts';

/** A text whose lines are known. */
interface LinedText {
  readonly text: string;
  readonly lines: LineIndex;
}

/** `# counterweight: ignore weak-loss` on the line of a key, or alone on the line above it. */
export function isIgnored(file: LinedText, keyRange: TextRange, rule: string): boolean {
  const { line } = file.lines.positionAt(keyRange.start);
  const startOf = (at: number): number => file.lines.offsetAt({ line: at, character: 0 });
  const above = line === 0 ? '' : file.text.slice(startOf(line - 1), startOf(line));
  const own = file.text.slice(startOf(line), startOf(line + 1));
  const said = (/^\s*#/.test(above) ? above : '') + own;
  return [...said.matchAll(/counterweight:\s*ignore\s+([\w, -]+)/g)].some((match) =>
    (match[1] ?? '').split(/[\s,]+/).includes(rule),
  );
}
