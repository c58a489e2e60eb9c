import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/python';

import { applyChanges } from '../../../../base/textRange.ts';
import { lineBreakOf } from '../../../layout.ts';
import type { LiftedNumber, NumberLift } from '../../../numberLift.ts';
import { toParsedText } from '../parsedText.ts';
import { commandLineOption } from './commandLine.ts';
import { hasErrors, importsAllBehind, keepsMeaning, Program } from './program.ts';
import { dataclassField, dictionaryKey, type FindTarget, type Lifting } from './targets.ts';

/** The nearest first: who reads the options of a program looks there. */
const targets: readonly FindTarget[] = [
  commandLineOption,
  dataclassField,
  dictionaryKey,
  moduleConstant,
];

/** Compilers that know no variables from outside, or only some. */
const compiled =
  /\b(?:njit|numba|ScriptModule|script_method|jit\.script|torch\.jit import)\b|@(?:\w+\.)*jit\b/;

/** Whoever looks at all variables of a function or module sees one more; one by its name does not. */
const looksAtVariables =
  /\b(?:globals|locals|vars|dir)\s*\(\s*\)(?!\s*(?:\[\s*[^"'\s]|\.get\())|\bsys\.modules\b|\bgetmembers\b|(?<![=!]=\s*\(?["'])\b__main__\b(?!["']\s*[=!]=)/;

/**
 * Gives a number in a program a name, among its options where there are some, else as a constant of
 * the module. Undefined where it is not certain that the program does the same afterwards, run with
 * the same command line: names that something else may bind, options that are looked at as a whole.
 * Abbreviations of an option of less than four letters are taken for none, and no other file is
 * looked at: one that calls a function of this one with options of its own would have to give the new
 * one too.
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
  const word = identifierOf(name);
  const key = freeName(text, word);
  const program = new Program(text, tree);
  if (key === undefined || notices(program, number)) return undefined;
  const note = `weight of the ${word.replaceAll('_', ' ')} loss`;
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

/** True for a program that may do something else with whatever name a number gets. */
function notices(program: Program, number: string): boolean {
  const { text, tree } = program;
  if (hasErrors(tree) || compiled.test(text) || looksAtVariables.test(text)) return true;
  // `float("inf")` is computed elsewhere afterwards.
  return number.includes('float') && !keepsMeaning(program, 'float');
}

function identifierOf(name: string): string {
  const word = name
    .toLowerCase()
    .replace(/\W+/g, '_')
    .replace(/_(?:loss_)?weight$/, '')
    // Two underscores in front would mean something else in a class.
    .replace(/^_+|_+$/g, '');
  if (word === '') return 'loss';
  return /^[a-z]/.test(word) ? word : `loss_${word}`;
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
  if (!statement || importsAllBehind(program, statement.from)) return undefined;
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
    if (staysAtTop(text, node)) break;
    from = node.from;
  }
  return from;
}

/** What the shell and Python read at the top of a file, and notebooks at that of a cell. */
function staysAtTop(text: string, { from, to }: SyntaxNode): boolean {
  const comment = text.slice(from, to);
  if (from === 0 && comment.startsWith('#!')) return true;
  // `# -*- coding: latin-1 -*-` counts in the first two lines.
  const line = text.slice(0, from).split('\n').length;
  if (line <= 2 && /coding[:=][ \t]*[-\w.]/.test(comment)) return true;
  // `# %%`, `# In[3]:`
  return /^#\s*(?:%%|In\[|<codecell>)/.test(comment);
}
