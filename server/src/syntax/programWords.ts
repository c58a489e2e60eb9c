import { type ProgramToken, programTokens } from './programTokens.ts';

/**
 * What a program names, each in a form that is compared: names are folded (`foldName`), pieces of
 * names that it puts together are `lambda_*`, `*_weight` and `*weight*`, and `def betavae` is a
 * class or function that it defines.
 */
export type ProgramWords = ReadonlySet<string>;

/** Longer words are data. */
const longestWord = 64;
/** Shorter pieces are in every key. */
const shortestPiece = 2;
const word = /[A-Za-z_][\w-]*/g;

/** How many tokens of a program are read in a step. */
const stepLength = 4000;

/** `KL_Weight`, `kl-weight` and `klWeight` are the same name for whoever reads configs: `klweight`. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[_-]+/g, '');
}

/** True for what can be looked for among the words of programs. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z_][\w-]*$/.test(name) && name.length <= longestWord;
}

/** The names that a text holds, whatever it is: `${loss.kl_weight}` holds two. */
export function namesIn(text: string): readonly string[] {
  return (text.match(word) ?? []).filter((name) => name.length <= longestWord);
}

/** The words of a Python program, in steps of a few milliseconds each. */
export function* readProgramWords(text: string): Generator<undefined, ProgramWords> {
  const words = new Set<string>();
  let count = 0;
  let before = '';
  for (const token of programTokens(text)) {
    for (const found of token.kind === 'text' ? inText(text, token) : ofName(token, before)) {
      words.add(found);
    }
    before = token.content;
    count += 1;
    if (count % stepLength === 0) yield;
  }
  return words;
}

function ofName({ content }: ProgramToken, before: string): readonly string[] {
  if (content.length > longestWord) return [];
  const name = foldName(content);
  return before === 'class' || before === 'def' ? [name, `def ${name}`] : [name];
}

/** Words of a text are names as well as pieces of such: `f"{name}_weight"`, `.replace("loss_", "w_")`. */
function* inText(text: string, token: ProgramToken): Generator<string> {
  const { content } = token;
  for (const { 0: found, index } of content.matchAll(word)) {
    if (found.length > longestWord) continue;
    yield foldName(found);
    if (found.includes('-')) yield* found.split('-').map(foldName);
    yield* piecesIn(found, content[index - 1], content[index + found.length]);
  }
  const [, whole = ''] = /^["']+([\w-]+)["']+$/.exec(content) ?? [];
  const isPiece = whole.length >= shortestPiece && whole.length <= longestWord;
  if (isPiece && isPutTogether(text, token)) yield `*${whole.toLowerCase()}*`;
}

/** A word that a place for another stands beside, or that begins or ends as if one did. */
function piecesIn(
  found: string,
  before: string | undefined,
  after: string | undefined,
): readonly string[] {
  // The letter behind `%` says how a value is written: `%s_weight`, `%(name)s_weight`.
  const isFormat = before === '%' || (before === ')' && /^[a-z]_/.test(found));
  const name = (isFormat ? found.slice(1) : found).toLowerCase();
  if (name.length < shortestPiece) return [];
  const isEnd = /^[_-]/.test(name) || before === '}' || before === '%' || before === '*';
  const isStart = /[_-]$/.test(name) || after === '{' || after === '%' || after === '*';
  return [...(isEnd ? [`*${name}`] : []), ...(isStart ? [`${name}*`] : [])];
}

const takingApart =
  /(?:startswith|endswith|replace|removeprefix|removesuffix|[lr]?strip|r?split|r?partition|match|search|sub|findall|find|join)\s*\([^)\n]*$/;

/** True for a text of which names are made or by which they are told: `key + "_weight"`, `"kl" in key`. */
function isPutTogether(text: string, { range: { start, end } }: ProgramToken): boolean {
  const before = text.slice(Math.max(0, start - 80), start);
  const after = text.slice(end, end + 12);
  if (/\+\s*[rRbBuUfF]{0,2}$/.test(before) || takingApart.test(before)) return true;
  return /^\s*(?:\+|in\b|not\s+in\b|\.join)/.test(after);
}
