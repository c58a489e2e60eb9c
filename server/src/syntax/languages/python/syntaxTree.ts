import type { TextRange } from '../../../base/textRange.ts';

/** A node of the syntax tree of a Python file. What is told apart is what configuration needs. */
export interface PythonNode {
  readonly type: string;
  /** Its part in the node above: `left`, `operator`; undefined for items of lists and blocks. */
  readonly field: string | undefined;
  readonly range: TextRange;
  /** In the order of the text, operators among them; punctuation and keywords are left out. */
  readonly children: readonly PythonNode[];
}

/** A piece of a Python file, whose nodes have their ranges in it. */
export interface PythonSource {
  readonly text: string;
}

/** Where a name is looked up: the classes and functions around it, and the piece of the file it stands in. */
export interface NameScope {
  readonly names: readonly string[];
  readonly source: PythonSource;
}

/** Nesting beyond this is left out: no program needs it, and walks over the tree call themselves. */
export const deepestNesting = 400;

export function childAt(node: PythonNode | undefined, field: string): PythonNode | undefined {
  return node?.children.find((child) => child.field === field);
}

export function textOf(source: PythonSource, node: PythonNode | undefined): string {
  return node ? source.text.slice(node.range.start, node.range.end) : '';
}

/** The children that are no comments. */
export function codeOf(node: PythonNode | undefined): readonly PythonNode[] {
  return node?.children.filter(({ type }) => type !== 'comment') ?? [];
}

/** The expression inside any parentheses. */
export function unwrap(node: PythonNode): PythonNode {
  let inner = node;
  while (inner.type === 'parenthesized_expression') {
    const next = codeOf(inner)[0];
    if (!next) return inner;
    inner = next;
  }
  return inner;
}

/** The last name of a dotted one: `mse_loss` for `F.mse_loss`; undefined for other expressions. */
export function lastName(source: PythonSource, node: PythonNode | undefined): string | undefined {
  if (node?.type === 'identifier') return textOf(source, node);
  return node?.type === 'attribute' ? textOf(source, childAt(node, 'attribute')) : undefined;
}
