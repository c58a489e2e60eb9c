import type { Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';

import type { TextRange } from '../../base/textRange.ts';
import type { ConfigProblem } from '../../model/finding.ts';
import type { ConfigNode, MappingEntry, MappingNode, ScalarNode } from '../configTree.ts';
import { noteBehind } from '../notes.ts';
import { readPlainScalar, readTaggedScalar, type YamlDialect } from './yamlScalar.ts';

/** Deeper nesting than this is no config; it would only exhaust the stack of whoever walks it. */
const deepest = 100;
/** Nodes that aliases may repeat in all: an anchor bomb stops here. */
const mostRepeated = 20_000;

interface Converted {
  readonly node: ConfigNode;
  /** Number of nodes in it. */
  readonly size: number;
}

/** Turns one YAML document into a config tree; anchors, aliases and merge keys are resolved. */
export class YamlTreeBuilder {
  readonly problems: ConfigProblem[] = [];
  readonly #text: string;
  readonly #dialect: YamlDialect;
  /** What each anchor stands for, as far as the text has been read: YAML lets a later one win. */
  readonly #anchors = new Map<string, Converted>();
  #repeated = 0;
  #isSelfContained = true;

  constructor(text: string, dialect: YamlDialect) {
    this.#text = text;
    this.#dialect = dialect;
  }

  /** False where a part of what was built depends on other parts, or left no trace in the tree. */
  get isSelfContained(): boolean {
    return this.#isSelfContained;
  }

  /** @param depth how many collections there are around it */
  build(contents: unknown, depth: number): ConfigNode | undefined {
    return this.#convert(contents, depth)?.node;
  }

  #convert(node: unknown, depth: number): Converted | undefined {
    if (!isNode(node)) return undefined;
    if (depth > deepest) {
      this.#report('yaml-too-deep', 'This is nested too deeply to be read as a config.', node);
      return undefined;
    }
    if (isAlias(node)) return this.#follow(node, node.source);
    const converted = this.#convertContent(node, depth);
    if (converted && 'anchor' in node && node.anchor) {
      this.#isSelfContained = false;
      this.#anchors.set(node.anchor, converted);
    }
    return converted;
  }

  #convertContent(node: Node, depth: number): Converted | undefined {
    if (isMap(node)) return this.#convertMapping(node, depth);
    if (isSeq(node)) return this.#convertSequence(node, depth);
    return isScalar(node) ? this.#convertScalar(node) : undefined;
  }

  /**
   * A number or text behind an alias keeps the alias's own range: setting it there changes this
   * place alone. A mapping or sequence keeps the ranges of its anchor, where its parts stand.
   */
  #follow(alias: Node, name: string): Converted | undefined {
    this.#isSelfContained = false;
    const target = this.#anchors.get(name);
    if (!target) {
      this.#report('yaml-alias', `There is no anchor &${name} before this alias.`, alias, 'error');
      return undefined;
    }
    if (target.node.kind === 'scalar') {
      const range = rangeOf(alias);
      return { size: 1, node: { ...target.node, range, text: this.#slice(range) } };
    }
    this.#repeated += target.size;
    if (this.#repeated <= mostRepeated) return target;
    this.#report('yaml-alias', 'The aliases of this file repeat too much to be read.', alias);
    return undefined;
  }

  #convertMapping(map: YAMLMap<unknown, unknown>, depth: number): Converted {
    const own: MappingEntry[] = [];
    let merged: readonly MappingNode[] = [];
    let size = 1;
    for (const pair of map.items) {
      const key = this.#convertKey(pair.key);
      const value = this.#convert(pair.value, depth + 1);
      size += value?.size ?? 1;
      const isMerge = isMergePair(pair);
      if (isMerge || !isScalar(pair.key)) this.#isSelfContained = false;
      // As PyYAML does it: of several merge keys the last wins, of the items of one the first.
      if (isMerge) merged = [...mappingsToMerge(value?.node), ...merged];
      else if (key) own.push(this.#toEntry(key, value?.node));
    }
    const entries = merged.length === 0 ? own : withMerged(own, merged);
    return { size, node: { kind: 'mapping', range: rangeOf(map), entries } };
  }

  /** A key that is a text, or an alias of one; undefined for others. */
  #convertKey(node: unknown): Pick<MappingEntry, 'key' | 'keyRange'> | undefined {
    if (!isNode(node)) return undefined;
    const converted = isScalar(node) || isAlias(node) ? this.#convert(node, 0)?.node : undefined;
    if (converted?.kind !== 'scalar') return undefined;
    const anchored = isAlias(node) ? this.#anchors.get(node.source)?.node : undefined;
    const written = anchored?.kind === 'scalar' ? anchored : converted;
    // A number, or a word such as `on`, is called as it is written.
    const key = typeof written.value === 'string' ? written.value : written.text;
    return { key, keyRange: converted.range };
  }

  #toEntry(
    { key, keyRange }: Pick<MappingEntry, 'key' | 'keyRange'>,
    value: ConfigNode | undefined,
  ): MappingEntry {
    // `key:` with nothing behind it: the empty scalar has no text to point at.
    const isEmpty = value?.kind === 'scalar' && value.text === '';
    const note = isEmpty || !value ? undefined : this.#noteOf(value);
    const own = isEmpty ? undefined : value;
    return { key, keyRange, value: own, ...(note === undefined ? {} : { note }) };
  }

  #convertSequence(sequence: YAMLSeq<unknown>, depth: number): Converted {
    const items = sequence.items.map((item) => this.#convert(item, depth + 1));
    const size = items.reduce((sum, item) => sum + (item?.size ?? 1), 1);
    // An item that could not be read keeps its place, so that the indices of the others stay right.
    const nodes = items.map((item, index) => item?.node ?? emptyScalar(sequence.items[index]));
    return { size, node: { kind: 'sequence', range: rangeOf(sequence), items: nodes } };
  }

  #convertScalar(scalar: Scalar): Converted {
    const range = rangeOf(scalar);
    const text = this.#slice(range);
    return { size: 1, node: { kind: 'scalar', range, text, value: this.#read(scalar) } };
  }

  #read(scalar: Scalar): ScalarNode['value'] {
    // The library has made something of its own of what stands behind a tag that it knows.
    const content = scalar.source ?? String(scalar.value ?? '');
    if (scalar.tag) return readTaggedScalar(scalar.tag, content);
    return scalar.type === 'PLAIN' ? readPlainScalar(content, this.#dialect) : content;
  }

  #noteOf({ kind, range }: ConfigNode): string | undefined {
    const isOneValue = kind === 'scalar' || this.#text[range.start] === '[';
    return isOneValue ? noteBehind(this.#text, range.end, '#') : undefined;
  }

  #slice(range: TextRange): string {
    return this.#text.slice(range.start, range.end);
  }

  #report(
    code: string,
    message: string,
    node: Node,
    severity: ConfigProblem['severity'] = 'warning',
  ): void {
    this.problems.push({ code, severity, message, range: rangeOf(node) });
  }
}

function rangeOf(node: Node): TextRange {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

function emptyScalar(node: unknown): ScalarNode {
  const { start } = isNode(node) ? rangeOf(node) : { start: 0 };
  return { kind: 'scalar', range: { start, end: start }, value: null, text: '' };
}

function isMergePair(pair: Pair<unknown, unknown>): boolean {
  return isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<';
}

/** What stands behind `<<`: one mapping, or several. */
function mappingsToMerge(node: ConfigNode | undefined): readonly MappingNode[] {
  if (node?.kind === 'mapping') return [node];
  if (node?.kind !== 'sequence') return [];
  return node.items.filter((item): item is MappingNode => item.kind === 'mapping');
}

/** The entries of a mapping and what others add to it; of a key that one of them sets twice the last counts. */
function withMerged(
  own: readonly MappingEntry[],
  merged: readonly MappingNode[],
): readonly MappingEntry[] {
  const keys = new Set(own.map(({ key }) => key));
  const added = merged.flatMap(({ entries }) => {
    const last = new Map(entries.map((entry) => [entry.key, entry]));
    const fresh = [...last.values()].filter(({ key }) => !keys.has(key));
    for (const { key } of fresh) keys.add(key);
    return fresh;
  });
  return [...own, ...added];
}
