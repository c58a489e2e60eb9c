import { type Tree, TreeFragment } from '@lezer/common';

import { textEdit } from '../textEdit.ts';
import type { KeyPlace, PlacedFinding } from './definitions.ts';
import type { ProgramFacts } from './readStatements.ts';

/** What statements say, and where they were when they said it. */
export interface PlacedFacts {
  readonly facts: ProgramFacts;
  readonly start: number;
  /** The classes around them. */
  readonly keys: readonly KeyPlace[];
  readonly findings: readonly PlacedFinding[];
}

/**
 * What reading a program has learned that holds for its next version too: what of it the parser
 * need not parse again, and what its statements say, by their text and the classes around them.
 */
export class ProgramMemory {
  readonly tree: Tree;
  readonly #parsedText: string;
  readonly #fragments: readonly TreeFragment[];
  readonly #facts: ReadonlyMap<string, ReadonlyMap<string, PlacedFacts>>;

  constructor(
    parsedText: string,
    tree: Tree,
    facts: ReadonlyMap<string, ReadonlyMap<string, PlacedFacts>>,
  ) {
    this.tree = tree;
    this.#parsedText = parsedText;
    this.#fragments = TreeFragment.addTree(tree);
    this.#facts = facts;
  }

  /** What of the tree stays in another text. */
  fragmentsIn(parsedText: string): readonly TreeFragment[] {
    const { start, oldEnd, newEnd } = textEdit(this.#parsedText, parsedText);
    const change = { fromA: start, toA: oldEnd, fromB: start, toB: newEnd };
    return TreeFragment.applyChanges(this.#fragments, [change]);
  }

  /** What the statements of such a text say within a class. */
  factsOf(place: string, text: string): PlacedFacts | undefined {
    return this.#facts.get(place)?.get(text);
  }
}
