import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/python';

import { applyChanges } from '../../../../base/textRange.ts';
import { lineBreakOf } from '../../../layout.ts';
import type { LiftedNumber, NumberLift } from '../../../numberLift.ts';
import { toParsedText } from '../parsedText.ts';
import { hasErrors, Program } from './program.ts';
import {
  commandLineOption,
  dataclassField,
  dictionaryKey,
  type FindTarget,
  type Lifting,
} from './targets.ts';

/** The nearest first: who reads the options of a program looks there. */
const targets: readonly FindTarget[] = [
  commandLineOption,
  dataclassField,
  dictionaryKey,
  moduleConstant,
];

/** Compilers that know no variables from outside, or only some. */
const compiled = /\b(?:njit|ScriptModule|script_method|jit\.script)\b|@(?:\w+\.)?jit\b/;

/**
 * Gives a number in a program a name, among its options where there are some, else as a constant of
 * the module. Undefined where it is not certain that the program does the same afterwards, run with
 * the same command line: names that something else may bind, options that are looked at as a whole.
 * Abbreviations of an option of less than four letters are taken for none.
 */
export function liftNumber(
  text: string,
  tree: Tree,
  { range, name }: LiftedNumber,
): NumberLift | undefined {
  const number = text.slice(range.start, range.end);
  const around =
    text.slice(Math.max(0, range.start - 1), range.start) + text.slice(range.end, range.end + 1);
  if (/[\w.]/.test(around) || number === '') return undefined;
  if (hasErrors(tree) || compiled.test(text)) return undefined;
  const word = identifierOf(name);
  const key = freeName(text, word);
  if (key === undefined) return undefined;
  const note = `weight of the ${word.replaceAll('_', ' ')} loss`;
  const program = new Program(text, tree);
  const lifting: Lifting = { program, range, number, key, note };
  for (const find of targets) {
    const target = find(lifting);
    if (!target) continue;
    const changes = [...target.changes, { range, newText: target.use }];
    const isSound = !hasErrors(parser.parse(toParsedText(applyChanges(text, changes))));
    if (isSound) return { target: target.words, changes };
  }
  return undefined;
}

function identifierOf(name: string): string {
  const word = name
    .toLowerCase()
    .replace(/\W+/g, '_')
    .replace(/_(?:loss_)?weight$/, '');
  return /^[a-z_]/.test(word) ? word : `loss_${word}`;
}

/** A name that nobody in the file speaks of, in whatever letters. */
function freeName(text: string, word: string): string | undefined {
  const known = text.toLowerCase().replaceAll('-', '_');
  return [`${word}_weight`, `${word}_loss_weight`, `${word}_weight_2`, `${word}_weight_3`].find(
    (name) => !known.includes(name),
  );
}

/** `RENDER_WEIGHT = 0.1` above the function, or whatever it stands in. */
function moduleConstant({ program, range, number, key }: Lifting): ReturnType<FindTarget> {
  const { text, tree } = program;
  const statement = topStatement(tree.topNode, range.start);
  const name = key.toUpperCase();
  // Whoever looks at all variables of the module sees this one too.
  const isLookedAt = /\b(?:globals|locals|vars|dir)\s*\(\s*\)/.test(text);
  if (!statement || isLookedAt || importsAllBehind(text, statement.from)) return undefined;
  const start = text.lastIndexOf('\n', statement.from - 1) + 1;
  if (!/^\uFEFF?$/.test(text.slice(start, statement.from))) return undefined;
  const lineBreak = lineBreakOf(text);
  const gap = /^(?:Function|Class|Decorated)/.test(statement.name) ? lineBreak.repeat(2) : '';
  const newText = `${name} = ${number}${lineBreak}${gap}`;
  const above = commentsAbove(text, statement);
  const changes = [{ range: { start: above, end: above }, newText }];
  return { words: `the constant ${name}`, changes, use: name };
}

function topStatement(root: SyntaxNode, offset: number): SyntaxNode | undefined {
  const found = root.childAfter(offset);
  return found && found.from <= offset ? found : undefined;
}

/** Where the comment begins that stands directly above a statement; else the statement itself. */
function commentsAbove(text: string, statement: SyntaxNode): number {
  let { from } = statement;
  for (let node = statement.prevSibling; node?.name === 'Comment'; node = node.prevSibling) {
    const startsLine = node.from === 0 || text[node.from - 1] === '\n';
    if (!startsLine || text.slice(node.to, from).trimEnd() !== '') break;
    if (text.slice(node.to, from).split('\n').length !== 2) break;
    from = node.from;
  }
  return from;
}

/** `from x import *` may bring in the name, with another value. */
function importsAllBehind(text: string, offset: number): boolean {
  return /\bimport\s*\*/.test(text.slice(offset));
}
