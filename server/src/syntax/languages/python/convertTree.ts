import type { TreeCursor } from '@lezer/common';

import type { Chunk } from './chunks.ts';
import { isBlockNode, type Part, shapeOf, token } from './nodeShapes.ts';
import { deepestNesting, type PythonNode } from './syntaxTree.ts';

/**
 * Statements of the parser's tree, in which punctuation and expressions lie side by side, as nodes
 * with fields; their ranges are those in the text of the chunk.
 */
export function toStatements({ nodes, range }: Chunk, text: string): readonly PythonNode[] {
  return nodes.flatMap((node) => new Conversion(node.cursor(), text, range.start).statements());
}

/** Nodes of which nobody asks what they are made of. */
const leaves = new Set(['String', 'FormatString', 'ContinuedString', 'VariableName', 'Number']);

/** Operators have the name of their kind in the parser's tree, and their own here. */
const operators = new Set(['ArithOp', 'BitOp', 'CompareOp', 'UpdateOp', 'AssignOp', 'LogicOp']);

class Conversion {
  readonly #cursor: TreeCursor;
  readonly #text: string;
  readonly #offset: number;

  constructor(cursor: TreeCursor, text: string, offset: number) {
    this.#cursor = cursor;
    this.#text = text;
    this.#offset = offset;
  }

  /** The statements that the cursor is on: several on one line. */
  statements(): readonly PythonNode[] {
    return this.#cursor.name === 'StatementGroup'
      ? statementsIn(this.#parts(true, 0))
      : [this.#convert(0)];
  }

  /** The node that the cursor is on. */
  #convert(depth: number): Part {
    const { name, from, to } = this.#cursor;
    const range = { start: from - this.#offset, end: to - this.#offset };
    if (operators.has(name)) return token(this.#text.slice(range.start, range.end), range);
    // Keywords and punctuation are called as they are written, nodes with a capital letter.
    if (isWritten(name)) return token(name, range);
    const isInner = depth < deepestNesting && !leaves.has(name);
    const parts = isInner ? this.#parts(isBlockNode(name), depth) : [];
    return shapeOf(name, parts, range, this.#text);
  }

  /** What is directly below the cursor; comments only where they stand between statements. */
  #parts(keepsComments: boolean, depth: number): readonly Part[] {
    const cursor = this.#cursor;
    const parts: Part[] = [];
    if (!cursor.firstChild()) return parts;
    do {
      const { name } = cursor;
      if (name === 'Comment' && !keepsComments) continue;
      // Statements that share a line are statements of the block.
      if (name === 'StatementGroup') addAll(parts, this.#parts(keepsComments, depth));
      else parts.push(this.#convert(depth + 1));
    } while (cursor.nextSibling());
    cursor.parent();
    return parts;
  }
}

/** There may be more of them than a call takes arguments. */
function addAll(parts: Part[], more: readonly Part[]): void {
  for (const part of more) parts.push(part);
}

function statementsIn(parts: readonly Part[]): readonly PythonNode[] {
  return parts.filter(({ isToken }) => !isToken);
}

function isWritten(name: string): boolean {
  const code = name.charCodeAt(0);
  return code < 65 || (code > 90 && code < 128);
}
