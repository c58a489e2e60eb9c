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
 * defined, and beyond its comments.
 */
export function isNamedElsewhere(
  text: string,
  name: string,
  definitions: readonly TextRange[],
): boolean {
  const pattern = new RegExp(`(?<!\\w)${name.replace(/[_-]/g, '[_-]')}(?!\\w)`, 'gi');
  const found = [...text.matchAll(pattern)]
    .map(({ index }) => index)
    .filter((index) => !definitions.some((range) => holds(range, index)));
  if (found.length === 0) return false;
  return (
    found.some((index) => isSurelyUse(text, index, definitions)) ||
    isOutside(text, found, definitions)
  );
}

/** How long the statement of a definition may be, with its help, in characters. */
const longestDefinition = 1000;

/** Spares most programs to be read as a whole: a use most often is far from the definition. */
function isSurelyUse(text: string, index: number, definitions: readonly TextRange[]): boolean {
  const line = text.slice(text.lastIndexOf('\n', index) + 1, index);
  const isNear = definitions.some(({ start }) => Math.abs(start - index) < longestDefinition);
  return !line.includes('#') && (!isNear || /[^\W\d]\.$/.test(line));
}

function isOutside(
  text: string,
  found: readonly number[],
  definitions: readonly TextRange[],
): boolean {
  const tokens = [...programTokens(text)];
  const own = new Set(
    tokens
      .filter(({ range }) => definitions.some(({ start }) => holds(range, start)))
      .flatMap(({ statement }) => [statement, ...decorated(text, tokens, statement)]),
  );
  return tokens.some(
    ({ range, statement }) => !own.has(statement) && found.some((index) => holds(range, index)),
  );
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
