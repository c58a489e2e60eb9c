import type { TextRange } from '../base/textRange.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { LiftedNumber, NumberLift } from './numberLift.ts';

/** A config as every language gives it: values with the ranges of their keys and of themselves. */
export type ConfigNode = MappingNode | SequenceNode | ScalarNode;

export interface MappingNode {
  readonly kind: 'mapping';
  readonly range: TextRange;
  readonly entries: readonly MappingEntry[];
  /** In a program: the function that is called with these arguments, `FocalLoss`. */
  readonly callee?: string;
}

/**
 * What an entry is in a program: the value of a variable or attribute, an argument of a call, a
 * field of a class, an option of the command line, the default of a parameter, or a class or
 * function that holds other entries.
 */
export type EntryOrigin = 'argument' | 'assignment' | 'field' | 'option' | 'parameter' | 'scope';

export interface MappingEntry {
  readonly key: string;
  readonly keyRange: TextRange;
  /** Absent where the key stands without a value. */
  readonly value: ConfigNode | undefined;
  /** Absent in languages that are no programs. */
  readonly origin?: EntryOrigin;
  /** What the author says of it: the help of an option, a docstring, the comment on its line. */
  readonly note?: string;
}

export interface SequenceNode {
  readonly kind: 'sequence';
  readonly range: TextRange;
  readonly items: readonly ConfigNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly range: TextRange;
  /** As the frameworks that read such files see it: YAML's `1e-2` is a string there. */
  readonly value: string | number | boolean | null;
  /** The source text of the value. */
  readonly text: string;
}

/** The outcome of parsing. Broken input gives problems and as much of the tree as could be made out. */
export interface ConfigDocument {
  readonly language: string;
  readonly text: string;
  readonly root: ConfigNode | undefined;
  readonly problems: readonly ConfigProblem[];
  /** The sums and products of a program; absent in languages that are none. */
  readonly sums?: readonly WeightedSum[];
  /** What its language takes up again when the next version of the text is parsed. */
  readonly memory?: object;
}

/** A value that is computed by adding or multiplying, in a program: `loss = a + 0.1 * b`. */
export interface WeightedSum {
  /**
   * The names of what it becomes, by dots: `self.loss_G`, `losses.kl`; for a result, the class and
   * function that return it.
   */
  readonly target: string;
  /** The classes and functions around it. */
  readonly scope: readonly string[];
  readonly range: TextRange;
  /** True for `loss += w * x`, which adds to what is there. */
  readonly accumulates: boolean;
  readonly addends: readonly Addend[];
}

/** One part of a sum, as a product. */
export interface Addend {
  readonly range: TextRange;
  /** In the order of the text; one where nothing is multiplied. */
  readonly operands: readonly Operand[];
  /** True where one of the operands is a sum itself, whose parts are addends of their own. */
  readonly isGroup: boolean;
}

/** One part of a product. */
export interface Operand {
  readonly kind: 'number' | 'reference' | 'expression';
  readonly range: TextRange;
  readonly text: string;
  /** True for what the product is divided by. */
  readonly divides: boolean;
  /** Of numbers. */
  readonly value: number | undefined;
  /**
   * The name by which a reader would call it: `vf_coef` for `args.vf_coef`, `mse_loss` for
   * `F.mse_loss(x, y).mean()`; empty for a formula.
   */
  readonly name: string;
  /** Of references: where in the same file it gets its value. */
  readonly definition: SumDefinition | undefined;
}

/** The place in the definition tree that a name in a sum leads to. */
export interface SumDefinition {
  readonly path: readonly string[];
  readonly keyRange: TextRange;
  readonly node: ConfigNode;
  /** Other places that may hold instead, as in another branch; not of parts. */
  readonly alternatives?: readonly SumDefinition[];
}

/** Where somebody writes in a config, which need not parse at that moment. */
export interface CursorPlace {
  readonly part: 'key' | 'value';
  /** The keys that lead to the mapping in which a key is written, or to the value. */
  readonly path: readonly string[];
  /** The word under the cursor, quotes included, which what is chosen takes the place of. */
  readonly word: TextRange;
  /** True for a key behind which a value stands already. */
  readonly hasValue: boolean;
  /** As much of the tree as can be made out; a key that is being written may be in it. */
  readonly root: ConfigNode | undefined;
}

/** A language of configs. Nothing in it throws. */
export interface ConfigLanguage {
  readonly name: string;
  /** File name endings, with the dot. */
  readonly extensions: readonly string[];
  /**
   * What it gives depends on the text alone, but for what stands around an error in a program; with
   * the version before it, it may take less time.
   */
  parse(text: string, previous?: ConfigDocument): ConfigDocument;
  /** The same in steps of a few milliseconds each, of a language whose files can take many. */
  parseInSteps?(text: string): Generator<undefined, ConfigDocument>;
  /** Of a language of programs: how a number in the middle of one becomes an option. */
  liftNumber?(document: ConfigDocument, number: LiftedNumber): NumberLift | undefined;
  /** What is being written at an offset; undefined in comments and where it cannot be told. */
  locate(text: string, offset: number): CursorPlace | undefined;
  /** The text of plain data on one line. */
  formatValue(value: unknown): string;
  /** The text of a number as this language writes it. */
  formatNumber(value: number): string;
}

/**
 * Follows keys from the root; sequence items are addressed by their index. Of a key set twice the
 * last counts, as in Python.
 */
export function findNode(
  root: ConfigNode | undefined,
  path: readonly string[],
): ConfigNode | undefined {
  return path.reduce<ConfigNode | undefined>((node, key) => {
    if (node?.kind === 'mapping') return node.entries.findLast((entry) => entry.key === key)?.value;
    if (node?.kind === 'sequence') return node.items[Number(key)];
    return undefined;
  }, root);
}

/** A key or a scalar under an offset of the text. */
export interface TextPlace {
  readonly part: 'key' | 'value';
  /** The keys that lead there, its own included; items of a sequence by their index. */
  readonly path: readonly string[];
  readonly range: TextRange;
}

/** The key or scalar that an offset lies on, its end included. */
export function placeAt(root: ConfigNode | undefined, offset: number): TextPlace | undefined {
  for (const place of walkPlaces(root)) {
    if (offset >= place.range.start && offset <= place.range.end) return place;
  }
  return undefined;
}

function* walkPlaces(
  node: ConfigNode | undefined,
  path: readonly string[] = [],
): Generator<TextPlace> {
  if (node?.kind === 'scalar') {
    yield { part: 'value', path, range: node.range };
  } else if (node?.kind === 'mapping') {
    for (const { key, keyRange, value } of node.entries) {
      yield { part: 'key', path: [...path, key], range: keyRange };
      yield* walkPlaces(value, [...path, key]);
    }
  } else {
    for (const [index, item] of (node?.items ?? []).entries()) {
      yield* walkPlaces(item, [...path, String(index)]);
    }
  }
}

/** A scalar with the keys that lead to it. */
export interface ScalarPlace {
  readonly path: readonly string[];
  readonly node: ScalarNode;
  readonly keyRange: TextRange;
}

/** Every scalar with the keys that lead to it, in the order of the text. */
export function walkScalars(root: ConfigNode | undefined): readonly ScalarPlace[] {
  const places: ScalarPlace[] = [];
  const visit = (
    node: ConfigNode | undefined,
    path: readonly string[],
    keyRange: TextRange | undefined,
  ): void => {
    if (node?.kind === 'scalar') places.push({ path, node, keyRange: keyRange ?? node.range });
    for (const { key, range, value } of childrenOf(node)) {
      visit(value, [...path, key], range ?? keyRange);
    }
  };
  visit(root, [], undefined);
  return places;
}

/** What is below a node; items of a sequence have no key of their own in the text. */
function childrenOf(node: ConfigNode | undefined): readonly {
  readonly key: string;
  readonly range: TextRange | undefined;
  readonly value: ConfigNode | undefined;
}[] {
  if (node?.kind === 'mapping') {
    return node.entries.map(({ key, keyRange, value }) => ({ key, range: keyRange, value }));
  }
  if (node?.kind !== 'sequence') return [];
  return node.items.map((value, index) => ({ key: String(index), range: undefined, value }));
}
