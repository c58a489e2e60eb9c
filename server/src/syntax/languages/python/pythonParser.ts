import { Edit, Language, Parser, type Point, type Tree } from 'web-tree-sitter';

import type { ParserBinaries } from '../../configTree.ts';
import { convertTree } from './convertTree.ts';
import type { PythonSource } from './syntaxTree.ts';
import { type TextEdit, textEdit } from './textEdit.ts';

interface ParsedText {
  readonly source: PythonSource;
  readonly tree: Tree;
}

/** Texts whose trees are kept: the files that somebody edits at the same time. */
const keptTexts = 4;
/** Longer files are generated ones; reading them would hold everything up. */
const longestText = 2_000_000;

/**
 * Reads Python with tree-sitter. What it gives depends on the text alone; the trees of the last
 * texts are kept so that a new version of one of them costs what was changed, not what is there.
 */
export class PythonParser {
  #parser: Parser | undefined;
  #recent: readonly ParsedText[] = [];

  /** Before this has come to its end nothing is parsed. Throws where the binaries are damaged. */
  async load({ engine, grammar }: ParserBinaries): Promise<void> {
    if (this.#parser) return;
    await Parser.init({ wasmBinary: engine });
    const parser = new Parser();
    parser.setLanguage(await Language.load(grammar));
    this.#parser = parser;
  }

  /** The tree of a text; undefined before the grammar is loaded and for texts that are too long. */
  parse(text: string): PythonSource | undefined {
    const parser = this.#parser;
    if (!parser || text.length > longestText) return undefined;
    const same = this.#recent.find(({ source }) => source.text === text);
    if (same) return same.source;
    const before = this.#nearest(text);
    if (before) before.parsed.tree.edit(toTreeEdit(before.parsed.source.text, text, before.edit));
    const tree = parser.parse(text, before?.parsed.tree);
    if (!tree) return undefined;
    const known = before && { root: before.parsed.source.root, edit: before.edit };
    const source = { text, root: convertTree(tree, known) };
    this.#keep({ source, tree }, before?.parsed);
    return source;
  }

  /** A text that is kept and of which most has stayed as it was. */
  #nearest(text: string): { parsed: ParsedText; edit: TextEdit } | undefined {
    for (const parsed of this.#recent) {
      const edit = textEdit(parsed.source.text, text);
      const changed = edit.oldEnd - edit.start + edit.newEnd - edit.start;
      if (changed * 2 < text.length) return { parsed, edit };
    }
    return undefined;
  }

  #keep(parsed: ParsedText, replaced: ParsedText | undefined): void {
    const others = this.#recent.filter((other) => other !== replaced);
    const forgotten = others.slice(keptTexts - 1);
    for (const { tree } of replaced ? [replaced, ...forgotten] : forgotten) tree.delete();
    this.#recent = [parsed, ...others.slice(0, keptTexts - 1)];
  }
}

function toTreeEdit(before: string, after: string, { start, oldEnd, newEnd }: TextEdit): Edit {
  return new Edit({
    startIndex: start,
    oldEndIndex: oldEnd,
    newEndIndex: newEnd,
    startPosition: positionAt(before, start),
    oldEndPosition: positionAt(before, oldEnd),
    newEndPosition: positionAt(after, newEnd),
  });
}

function positionAt(text: string, offset: number): Point {
  let row = 0;
  let lineStart = 0;
  for (
    let end = text.indexOf('\n');
    end !== -1 && end < offset;
    end = text.indexOf('\n', end + 1)
  ) {
    row += 1;
    lineStart = end + 1;
  }
  return { row, column: offset - lineStart };
}
