import type { Tree, TreeCursor } from 'web-tree-sitter';

import { deepestNesting, type PythonNode, shiftTree } from './syntaxTree.ts';
import type { TextEdit } from './textEdit.ts';

/** What was converted before, and the change since then. */
export interface KnownTree {
  readonly root: PythonNode;
  readonly edit: TextEdit;
}

/** Nodes of which nobody asks what they are made of. */
const leaves = new Set([
  ...['string', 'concatenated_string', 'identifier', 'integer', 'float', 'comment', 'type'],
  ...['true', 'false', 'none', 'ellipsis'],
]);

/**
 * The tree as plain objects. Each question to the WebAssembly side takes about a microsecond, and
 * a file of 5,000 lines has 50,000 nodes: nodes outside of what was edited are taken from the tree
 * before, without asking what is inside them.
 */
export function convertTree(tree: Tree, known: KnownTree | undefined): PythonNode {
  const cursor = tree.walk();
  try {
    return new Conversion(cursor, known?.edit).convert(known?.root, 0);
  } finally {
    cursor.delete();
  }
}

class Conversion {
  readonly #cursor: TreeCursor;
  readonly #edit: TextEdit | undefined;

  constructor(cursor: TreeCursor, edit: TextEdit | undefined) {
    this.#cursor = cursor;
    this.#edit = edit;
  }

  /** The node that the cursor is on; `before` is what is thought to have been there. */
  convert(before: PythonNode | undefined, depth: number): PythonNode {
    const cursor = this.#cursor;
    const type = cursor.nodeType;
    const field = cursor.currentFieldName ?? undefined;
    const range = { start: cursor.startIndex, end: cursor.endIndex };
    const isInner = depth < deepestNesting && !leaves.has(type);
    return { type, field, range, children: isInner ? this.#convertChildren(before, depth) : [] };
  }

  #convertChildren(before: PythonNode | undefined, depth: number): readonly PythonNode[] {
    const cursor = this.#cursor;
    const children: PythonNode[] = [];
    if (!cursor.gotoFirstChild()) return children;
    const earlier = before?.children ?? [];
    let next = 0;
    do {
      if (!cursor.nodeIsNamed && !cursor.currentFieldName) continue;
      next = this.#firstFrom(earlier, next, cursor.startIndex);
      const counterpart = earlier[next];
      const same = counterpart?.type === cursor.nodeType ? counterpart : undefined;
      children.push(this.#reuse(same) ?? this.convert(same, depth + 1));
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    return children;
  }

  /** Index of the first of the earlier nodes that does not begin before an offset of the text now. */
  #firstFrom(earlier: readonly PythonNode[], from: number, offset: number): number {
    const edit = this.#edit;
    const start = edit && offset > edit.newEnd ? offset - edit.newEnd + edit.oldEnd : offset;
    let index = from;
    while ((earlier[index]?.range.start ?? start) < start) index += 1;
    return index;
  }

  /** The counterpart, where it lies outside of the edit and has the same extent and part. */
  #reuse(counterpart: PythonNode | undefined): PythonNode | undefined {
    const edit = this.#edit;
    if (!counterpart || !edit) return undefined;
    const { startIndex: start, endIndex: end } = this.#cursor;
    // One character further: what touches the edit may have grown together with it.
    if (!(end < edit.start || start > edit.newEnd)) return undefined;
    const by = start > edit.newEnd ? edit.newEnd - edit.oldEnd : 0;
    const { range, field } = counterpart;
    const stayed = range.start + by === start && range.end + by === end;
    return stayed && field === (this.#cursor.currentFieldName ?? undefined)
      ? shiftTree(counterpart, by)
      : undefined;
  }
}
