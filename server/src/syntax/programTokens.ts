import type { TextRange } from '../base/textRange.ts';

/**
 * A name of a Python program, or a text that stands in it; comments are neither. Texts that are
 * formatted are one text, the expressions within them included.
 */
export interface ProgramToken {
  readonly kind: 'name' | 'text';
  readonly content: string;
  readonly range: TextRange;
  /** Which statement it is in, from 0; what follows the colon of a block on its line is in the same. */
  readonly statement: number;
}

/** A comment, a text, a name, and what begins and ends statements. */
const token =
  /#[^\n]*|("""|''')[\s\S]*?\1|"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"|'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'|[A-Za-z_]\w*|[\n;()[\]{}]/g;
/** How brackets go in and out. */
const depths: Readonly<Record<string, number>> = {
  '(': 1,
  '[': 1,
  '{': 1,
  ')': -1,
  ']': -1,
  '}': -1,
};

/** The tokens of a program in the order of the text, without parsing it: quick, and never lost. */
export function* programTokens(text: string): Generator<ProgramToken> {
  let depth = 0;
  let statement = 0;
  for (const { 0: content, index } of text.matchAll(token)) {
    const first = content[0] ?? '';
    depth = Math.max(0, depth + (depths[first] ?? 0));
    if (/[\n;]/.test(first) && depth === 0) statement += 1;
    if (!/[\w"']/.test(first)) continue;
    const kind = /\w/.test(first) ? 'name' : 'text';
    yield { kind, content, range: { start: index, end: index + content.length }, statement };
  }
}

/**
 * Whether a program names something beyond the statements in which these places are, by which it is
 * defined, and beyond its comments. Its tokens are asked for only where they are needed.
 */
export function isNamedElsewhere(
  text: string,
  name: string,
  definitions: readonly TextRange[],
  tokensOf: () => readonly ProgramToken[],
): boolean {
  const pattern = new RegExp(`(?<!\\w)${name.replace(/[_-]/g, '[_-]')}(?!\\w)`, 'gi');
  const found: number[] = [];
  for (const { index } of text.matchAll(pattern)) {
    if (definitions.some((range) => holds(range, index))) continue;
    if (isSurelyUse(text, index, definitions)) return true;
    found.push(index);
  }
  return found.length > 0 && isOutside(text, found, definitions, tokensOf());
}

/** How long the statement of a definition may be, with its help, in characters. */
const longestDefinition = 1000;
/** How far the beginning of a line is looked for, in characters. */
const longestLine = 1000;

/** Spares most programs to be read as a whole: a use most often is far from the definition. */
function isSurelyUse(text: string, index: number, definitions: readonly TextRange[]): boolean {
  const before = text.slice(Math.max(0, index - longestLine), index);
  const start = before.lastIndexOf('\n') + 1;
  if (start === 0 && index > longestLine) return false;
  const line = before.slice(start);
  const isNear = definitions.some((range) => Math.abs(range.start - index) < longestDefinition);
  return !line.includes('#') && (!isNear || /[^\W\d]\.$/.test(line));
}

/** `found` in the order of the text, as the tokens are. */
function isOutside(
  text: string,
  found: readonly number[],
  definitions: readonly TextRange[],
  tokens: readonly ProgramToken[],
): boolean {
  const own = new Set(
    tokens
      .filter(({ range }) => definitions.some(({ start }) => holds(range, start)))
      .flatMap(({ statement }) => [statement, ...decorated(text, tokens, statement)]),
  );
  let next = 0;
  return tokens.some(({ range, statement }) => {
    while ((found[next] ?? text.length) < range.start) next += 1;
    return holds(range, found[next] ?? text.length) && !own.has(statement);
  });
}

/** What click declares above a function it hands over as a parameter, which is no use of it yet. */
function decorated(
  text: string,
  tokens: readonly ProgramToken[],
  statement: number,
): readonly number[] {
  const first = tokens.findIndex((one) => one.statement === statement);
  if (text[(tokens[first]?.range.start ?? 0) - 1] !== '@') return [];
  const header = tokens.slice(first).find(({ content }) => content === 'def');
  return header ? [header.statement] : [];
}

function holds({ start, end }: TextRange, index: number): boolean {
  return index >= start && index < end;
}
