import { Lexer } from 'yaml';

/** How the lexer says that a line stands too far out for the brackets around it. */
const outOfFlow = '\u0018';
/** Each takes another look at the whole text. */
const mostJoined = 64;

/**
 * PyYAML takes no notice of indentation between brackets; the library wants every line there further
 * in than the key. Gives the text with such collections on one line, each character where it was, or
 * undefined where there are none.
 */
export function joinFlowLines(text: string): string | undefined {
  let joined = text;
  for (let round = 0; round < mostJoined; round += 1) {
    const start = startOfBrokenFlow(joined);
    const line = start === undefined ? undefined : onOneLine(joined, start);
    if (line === undefined || start === undefined) break;
    joined = joined.slice(0, start) + line + joined.slice(start + line.length);
  }
  return joined === text ? undefined : joined;
}

/** How much further in it goes behind a bracket. */
const steps = new Map([
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
]);

/** The outermost bracket that is open where the lexer gives up the first of them. */
function startOfBrokenFlow(text: string): number | undefined {
  const open: number[] = [];
  let at = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === outOfFlow) return open[0];
    const step = steps.get(token) ?? 0;
    if (step > 0) open.push(at);
    if (step < 0) open.pop();
    at += isMark(token) ? 0 : token.length;
  }
  return undefined;
}

/** Tokens that only say what follows; they are no part of the text. */
function isMark(token: string): boolean {
  return token === '\u0002' || token === '\u001f';
}

/** What a collection consists of: blanks, comments, quoted texts, signs, and all that is plain. */
const pieces = /\s+|#[^\n]*|"(?:\\[\s\S]|[^"\\])*"|'(?:''|[^'])*'|[[\]{},:]|[^\s[\]{},]+/y;

/** A collection to its last bracket, line ends and comments made blanks; undefined where it has no end. */
function onOneLine(text: string, start: number): string | undefined {
  const parts: string[] = [];
  let depth = 0;
  const reader = new RegExp(pieces);
  reader.lastIndex = start;
  for (let piece = reader.exec(text)?.[0]; piece; piece = reader.exec(text)?.[0]) {
    const isBlank = /^[\s#]/.test(piece);
    parts.push(isBlank ? ' '.repeat(piece.length) : piece.replace(/[\r\n]/g, ' '));
    depth += steps.get(piece) ?? 0;
    if (depth === 0) return parts.join('');
  }
  return undefined;
}
