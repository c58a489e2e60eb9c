import type { ConfigNode, MappingEntry, MappingNode } from '../configTree.ts';
import { shiftEntry } from './shiftNode.ts';
import { type TextEdit, textEdit } from './textEdit.ts';
import { readDocuments } from './yamlDocuments.ts';
import type { YamlDialect } from './yamlScalar.ts';
import { YamlTreeBuilder } from './yamlTree.ts';

/** Stands for the entry behind what is read again: only where the library finds it, all is well. */
const standIn = '_: 0\n';

/** Consecutive entries of a block mapping, whole lines, around an edit. */
interface Section {
  /** The mappings that lead there from the root, the one with the entries last. */
  readonly chain: readonly MappingNode[];
  readonly first: number;
  /** The entry behind them; that many where they are the last. */
  readonly next: number;
  /** Where the line of the first begins, and how far in the keys stand. */
  readonly start: number;
  readonly column: number;
}

/**
 * A YAML text without problems whose parts say what they say wherever they stand: one document, no
 * anchors, aliases, merges or keys that are more than a text. After an edit only the entries around
 * it are parsed again.
 */
export class YamlMemory {
  readonly #text: string;
  readonly #root: MappingNode;
  readonly #dialect: YamlDialect;

  constructor(text: string, root: MappingNode, dialect: YamlDialect) {
    this.#text = text;
    this.#root = root;
    this.#dialect = dialect;
  }

  /**
   * The very tree that parsing an edited text as a whole gives; undefined where only that can tell.
   */
  edited(text: string, dialect: YamlDialect): MappingNode | undefined {
    if (dialect !== this.#dialect) return undefined;
    const edit = textEdit(this.#text, text);
    const sections = this.#sectionsAround(edit);
    // The smallest one; if the edit reaches out of that, the largest.
    for (const section of new Set([sections.at(-1), sections[0]])) {
      const root = section && this.#replace(section, text, edit.newEnd - edit.oldEnd);
      if (root) return root;
    }
    return undefined;
  }

  /** The largest first. */
  #sectionsAround(edit: TextEdit): readonly Section[] {
    const sections: Section[] = [];
    let chain: readonly MappingNode[] = [this.#root];
    for (let mapping: MappingNode | undefined = this.#root; mapping; ) {
      const { first, next } = this.#entriesAround(mapping, edit);
      const section = this.#toSection(chain, first, next);
      if (section) sections.push(section);
      const inner: ConfigNode | undefined =
        next === first + 1 ? mapping.entries[first]?.value : undefined;
      mapping = isBlockMapping(inner, this.#text) ? inner : undefined;
      if (mapping) chain = [...chain, mapping];
    }
    return sections;
  }

  /** The entries that an edit touches; before the first where it stands before all of them. */
  #entriesAround({ entries }: MappingNode, { start, oldEnd }: TextEdit): Around {
    let first = entries.findLastIndex(({ keyRange }) => this.#lineOf(keyRange.start) <= start);
    const key = entries[first]?.keyRange.start ?? 0;
    let next = first + 1;
    // Up to one whose line break stays: what is joined to the next line changes that.
    while (next < entries.length && this.#lineOf(entries[next]?.keyRange.start ?? 0) <= oldEnd) {
      next += 1;
    }
    // What is put before a key may make it a part of the entry before.
    if (start <= key) first -= 1;
    return { first, next };
  }

  #toSection(chain: readonly MappingNode[], first: number, next: number): Section | undefined {
    const entries = chain.at(-1)?.entries ?? [];
    const column = this.#columnOf(entries[first]);
    // The end of a mapping further in depends on what comes after it.
    const isClosed =
      next < entries.length ? column === this.#columnOf(entries[next]) : chain.length === 1;
    if (column === undefined || !isClosed) return undefined;
    return { chain, first, next, start: this.#lineOf(entries[first]?.keyRange.start ?? 0), column };
  }

  /** How far in a key stands that begins its line; undefined for `? key`, `!!str key` and the like. */
  #columnOf(entry: MappingEntry | undefined): number | undefined {
    if (!entry || entry.key === '') return undefined;
    const { start } = entry.keyRange;
    const line = this.#lineOf(start);
    const isPlain = isBlank(this.#text, line, start) && !'?:-'.includes(this.#text[start] ?? '');
    return isPlain ? start - line : undefined;
  }

  #lineOf(offset: number): number {
    return offset === 0 ? 0 : this.#text.lastIndexOf('\n', offset - 1) + 1;
  }

  #replace(section: Section, text: string, by: number): MappingNode | undefined {
    const { chain, first, next, start } = section;
    const mapping = chain.at(-1);
    if (!mapping) return undefined;
    const behind = mapping.entries[next];
    const end = behind ? this.#lineOf(behind.keyRange.start) + by : text.length;
    const read = readSection(text.slice(start, end), section, behind !== undefined, this.#dialect);
    if (!read) return undefined;
    const entries = [
      ...mapping.entries.slice(0, first),
      ...read.entries.map((entry) => shiftEntry(entry, start)),
      ...mapping.entries.slice(next).map((entry) => shiftEntry(entry, by)),
    ];
    const rangeEnd = behind ? mapping.range.end + by : read.range.end + start;
    const replaced = { ...mapping, range: { start: mapping.range.start, end: rangeEnd }, entries };
    return chain
      .slice(0, -1)
      .reduceRight((inner, outer, depth) => putInto(outer, chain[depth + 1], inner, by), replaced);
  }
}

interface Around {
  readonly first: number;
  readonly next: number;
}

/** True for a mapping that is not in braces. */
export function isBlockMapping(node: ConfigNode | undefined, text: string): node is MappingNode {
  return node?.kind === 'mapping' && text[node.range.start] !== '{';
}

/** The entries of a part of a text, by places in that part; undefined where it is no such part. */
function readSection(
  part: string,
  { chain, column }: Section,
  hasNext: boolean,
  dialect: YamlDialect,
): MappingNode | undefined {
  const text = hasNext ? `${part}${' '.repeat(column)}${standIn}` : part;
  const root = readPart(text, chain.length - 1, dialect);
  if (!isBlockMapping(root, text) || !beginsAt(root, text, column)) return undefined;
  if (!hasNext) return root;
  const last = root.entries.at(-1)?.keyRange.start;
  if (last !== part.length + column || root.entries.length === 1) return undefined;
  return { ...root, entries: root.entries.slice(0, -1) };
}

function readPart(text: string, depth: number, dialect: YamlDialect): ConfigNode | undefined {
  const read = readDocuments(text);
  const [document, ...others] = read.ok ? read.value : [];
  if (!document || others.length > 0 || document.errors.length > 0) return undefined;
  const builder = new YamlTreeBuilder(text, dialect);
  const root = builder.build(document.contents, depth);
  return builder.problems.length === 0 && builder.isSelfContained ? root : undefined;
}

function beginsAt({ entries }: MappingNode, text: string, column: number): boolean {
  return entries[0]?.keyRange.start === column && isBlank(text, 0, column);
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (text[at] !== ' ') return false;
  return true;
}

/** The mapping around one that took the place of another. */
function putInto(
  outer: MappingNode,
  before: MappingNode | undefined,
  after: MappingNode,
  by: number,
): MappingNode {
  const at = outer.entries.findIndex(({ value }) => value === before);
  const entries = outer.entries.map((entry, index) =>
    index < at ? entry : index > at ? shiftEntry(entry, by) : { ...entry, value: after },
  );
  return { ...outer, range: { start: outer.range.start, end: outer.range.end + by }, entries };
}
