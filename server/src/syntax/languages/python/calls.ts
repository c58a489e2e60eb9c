import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';

import type { TextRange } from '../../../base/textRange.ts';
import { toParsedText } from './parsedText.ts';
import { stringOf } from './pythonValue.ts';

/** A call in a program, or a decorator with arguments: `parser.add_argument("--kl", type=float)`. */
export interface PythonCall {
  /** What is called, as it is written: `parser.add_argument`, `hydra.main`. */
  readonly callee: string;
  readonly positional: readonly CallArgument[];
  readonly keywords: ReadonlyMap<string, CallArgument>;
}

export interface CallArgument {
  readonly range: TextRange;
  readonly text: string;
  /** What a text literal holds; undefined for everything else. */
  readonly content: string | undefined;
}

/** The calls of a program to functions that are called so, whatever they belong to, in its order. */
export function findCalls(text: string, names: readonly string[]): readonly PythonCall[] {
  const found: PythonCall[] = [];
  parser.parse(toParsedText(text)).iterate({
    enter({ name, node }) {
      if (name !== 'CallExpression' && name !== 'Decorator') return;
      const list = node.getChild('ArgList');
      if (!list) return;
      const callee = text.slice(node.from, list.from).replace(/^@/, '').trim();
      if (names.includes(callee.split('.').at(-1) ?? '')) found.push(toCall(text, callee, list));
    },
  });
  return found;
}

function toCall(text: string, callee: string, list: SyntaxNode): PythonCall {
  const positional: CallArgument[] = [];
  const keywords = new Map<string, CallArgument>();
  for (let node = list.firstChild; node; node = node.nextSibling) {
    const before = node.prevSibling;
    if (before?.name === 'AssignOp') {
      const name = before.prevSibling;
      if (name) keywords.set(text.slice(name.from, name.to), toArgument(text, node));
    } else if (isSeparator(before) && !isSeparator(node) && node.nextSibling?.name !== 'AssignOp') {
      positional.push(toArgument(text, node));
    }
  }
  return { callee, positional, keywords };
}

function isSeparator(node: SyntaxNode | null): boolean {
  return node?.name === '(' || node?.name === ',' || node?.name === ')';
}

function toArgument(text: string, { name, from, to }: SyntaxNode): CallArgument {
  const written = text.slice(from, to);
  const content = name === 'String' ? stringOf(written) : undefined;
  return { range: { start: from, end: to }, text: written, content };
}
