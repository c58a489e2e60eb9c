import type { SyntaxNode, Tree } from '@lezer/common';

import type { TextRange } from '../../../../base/textRange.ts';

/** A program that is to be rewritten. */
export class Program {
  readonly text: string;
  readonly tree: Tree;
  readonly #variables = new Map<string, SyntaxNode[]>();

  constructor(text: string, tree: Tree) {
    this.text = text;
    this.tree = tree;
    tree.iterate({
      enter: (node) => {
        if (node.name !== 'VariableName') return;
        const name = text.slice(node.from, node.to);
        const known = this.#variables.get(name);
        if (known) known.push(node.node);
        else this.#variables.set(name, [node.node]);
      },
    });
  }

  /** The places where a name stands as a variable, in the order of the text. */
  occurrencesOf(name: string): readonly SyntaxNode[] {
    return this.#variables.get(name) ?? [];
  }
}

export function sourceOf({ text }: Program, node: SyntaxNode | null | undefined): string {
  return node ? text.slice(node.from, node.to) : '';
}

export function hasErrors(tree: Tree): boolean {
  for (const cursor = tree.cursor(); cursor.next(); ) {
    if (cursor.type.isError) return true;
  }
  return false;
}

/** The innermost function around a node of whose parameters one has the name; null for none. */
export function functionBinding(
  program: Program,
  node: SyntaxNode,
  name: string,
): SyntaxNode | null {
  let inner = node;
  for (let outer = node.parent; outer; inner = outer, outer = outer.parent) {
    const binds = outer.name === 'FunctionDefinition' || outer.name === 'LambdaExpression';
    // The default of a parameter is evaluated outside of the function.
    if (!binds || inner.name === 'ParamList') continue;
    if (parametersOf(program, outer).includes(name)) return outer;
  }
  return null;
}

/** The names of the parameters, in order. */
export function parametersOf(program: Program, definition: SyntaxNode): readonly string[] {
  const list = definition.getChild('ParamList');
  return (list?.getChildren('VariableName') ?? [])
    .filter((node) => node.prevSibling?.name !== 'AssignOp')
    .map((node) => sourceOf(program, node));
}

/** The statements that stand in a block themselves, a line each. */
export function statementsIn(block: SyntaxNode): readonly SyntaxNode[] {
  const statements: SyntaxNode[] = [];
  for (let node = block.firstChild; node; node = node.nextSibling) statements.push(node);
  return statements;
}

/**
 * The module or function whose variable a statement sets, itself or under one condition of the
 * module such as `if __name__ == "__main__"`; undefined deeper inside.
 */
export function ownerOf(statement: SyntaxNode): SyntaxNode | undefined {
  const block = statement.parent;
  if (block?.name === 'Script') return block;
  const owner = block?.name === 'Body' ? block.parent : null;
  if (owner?.name === 'IfStatement' && owner.parent?.name === 'Script') return owner.parent;
  return owner?.name === 'FunctionDefinition' ? owner : undefined;
}

export function isWithin({ start, end }: TextRange, node: SyntaxNode): boolean {
  return start >= node.from && end <= node.to;
}

/** The arguments of a call that have no name; undefined where one is spread out. */
export function positionalArguments(
  program: Program,
  list: SyntaxNode,
): readonly SyntaxNode[] | undefined {
  const found: SyntaxNode[] = [];
  for (let node = list.firstChild; node; node = node.nextSibling) {
    if (node.name === '*' || node.name === '**' || node.name === 'for') return undefined;
    const isFirst = node.prevSibling?.name === '(' || node.prevSibling?.name === ',';
    if (isFirst && node.nextSibling?.name !== 'AssignOp' && node.name !== ')') found.push(node);
  }
  return sourceOf(program, list).startsWith('(') ? found : undefined;
}

/** Where the line of a statement begins and ends; undefined where others share it. */
export function lineOf({ text }: Program, statement: SyntaxNode): LinePlace | undefined {
  const start = text.lastIndexOf('\n', statement.from - 1) + 1;
  const indent = text.slice(start, statement.from);
  const lineEnd = text.indexOf('\n', statement.to);
  const end = lineEnd < 0 ? text.length : lineEnd;
  const rest = text.slice(statement.to, end);
  const isAlone = /^[ \t\uFEFF\f]*$/.test(indent) && /^[ \t\r]*(?:#.*)?$/.test(rest);
  return isAlone ? { start, end: rest.endsWith('\r') ? end - 1 : end, indent } : undefined;
}

export interface LinePlace {
  readonly start: number;
  /** Before its line break. */
  readonly end: number;
  readonly indent: string;
}

/** `from x import *` below a place may give any name of the module another value. */
export function importsAllBehind({ text }: Program, offset: number): boolean {
  return /\bimport\s*\*/.test(text.slice(offset));
}

const readers = new Set([
  ...['ArgList', 'ArrayExpression', 'BinaryExpression', 'CallExpression', 'DictionaryExpression'],
  ...['ImportStatement', 'MemberExpression', 'SetExpression', 'TupleExpression', 'TypeDef'],
]);

/** True where a name of the language, or of a library, is nowhere given another meaning. */
export function keepsMeaning(program: Program, name: string): boolean {
  const isBuiltin = name === 'float';
  return program.occurrencesOf(name).every((node) => {
    const parent = node.parent?.name ?? '';
    if (parent === 'ImportStatement') return !isBuiltin;
    const isValue = node.prevSibling?.name === 'AssignOp' && node.nextSibling?.name !== 'AssignOp';
    return readers.has(parent) || isValue;
  });
}
