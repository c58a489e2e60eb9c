import type { SyntaxNode } from '@lezer/common';

import type { TextRange } from '../../../base/textRange.ts';

/** A statement of a block with the comments that speak of it, and the docstring below it. */
export interface Chunk {
  readonly nodes: readonly SyntaxNode[];
  readonly range: TextRange;
}

/** Divides a block of the parser's tree; what is said of a statement stands in its own chunk. */
export function chunksOf(block: SyntaxNode, text: string): readonly Chunk[] {
  const chunks: SyntaxNode[][] = [];
  let chunk: SyntaxNode[] = [];
  let statement: SyntaxNode | undefined;
  for (let node = block.firstChild; node; node = node.nextSibling) {
    if (node.name === ':') continue;
    if (statement && !speaksOf(statement, node, text)) {
      chunks.push(chunk);
      chunk = [];
      statement = undefined;
    }
    chunk.push(node);
    if (node.name !== 'Comment') statement = node;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks.map((nodes) => ({ nodes, range: rangeOf(nodes) }));
}

function rangeOf(nodes: readonly SyntaxNode[]): TextRange {
  return { start: nodes[0]?.from ?? 0, end: nodes.at(-1)?.to ?? 0 };
}

const docstring = /[rRuU]?["']/y;

/** A comment on the line on which a statement ends, and the docstring of a field. */
function speaksOf(statement: SyntaxNode, next: SyntaxNode, text: string): boolean {
  if (next.name === 'Comment') return !text.slice(statement.to, next.from).includes('\n');
  if (statement.name !== 'AssignStatement' || next.name !== 'ExpressionStatement') return false;
  docstring.lastIndex = next.from;
  return docstring.test(text);
}
