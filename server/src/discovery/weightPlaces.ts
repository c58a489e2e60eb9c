import type { TextRange } from '../base/textRange.ts';
import type {
  ConfigDocument,
  ConfigNode,
  MappingEntry,
  MappingNode,
  ScalarNode,
  SequenceNode,
} from '../syntax/configTree.ts';
import { isLossWord, WordMemory } from './keyWords.ts';
import { standsElsewhere } from './notAWeight.ts';

/** A place of a config where a weight can stand: a scalar, or a list of numbers behind a key. */
export interface WeightPlace {
  /** The keys that lead there, its own included. */
  readonly path: readonly string[];
  readonly keyRange: TextRange;
  /** A list where one weight is a schedule, or one for each scale or output. */
  readonly node: ScalarNode | SequenceNode;
  /** What the author says of it: the comment on its line, the help of an option. */
  readonly note: string | undefined;
  /** The words of its key. */
  readonly words: readonly string[];
  /** The keys above, the outermost first. */
  readonly above: readonly KeyAbove[];
  readonly mapping: MappingNode;
  /** The places in the same mapping, this one included. */
  readonly family: readonly WeightPlace[];
  /** True where one of the keys above says that a loss is configured there. */
  readonly isInLoss: boolean;
  /** True where the keys above lead to a part of the config that has no losses. */
  readonly isElsewhere: boolean;
}

/** A key on the way to a place, or the index of an item. */
export interface KeyAbove {
  readonly words: readonly string[];
  /** What it leads to. */
  readonly node: ConfigNode;
}

/** What is known of a mapping from the keys that lead to it. */
interface Surroundings {
  readonly path: readonly string[];
  /** The same keys with what they lead to. */
  readonly above: readonly KeyAbove[];
  readonly isInLoss: boolean;
  readonly isElsewhere: boolean;
}

/** Every place where a weight can stand, in the order of the text. */
export function findWeightPlaces({ root, sums }: ConfigDocument): readonly WeightPlace[] {
  const finder = new PlaceFinder(sums === undefined ? weightNode : numericNode);
  if (root) finder.visit(root, { path: [], above: [], isInLoss: false, isElsewhere: false });
  return finder.places;
}

/** What the places of one mapping share. */
interface Family {
  readonly mapping: MappingNode;
  readonly around: Surroundings;
  readonly places: WeightPlace[];
}

/** A file has thousands of places, and most are looked at once: what they share stands in one place. */
class PlaceOfFamily implements WeightPlace {
  readonly node: ScalarNode | SequenceNode;
  readonly words: readonly string[];
  readonly #entry: MappingEntry;
  readonly #family: Family;

  constructor(
    entry: MappingEntry,
    node: ScalarNode | SequenceNode,
    words: readonly string[],
    family: Family,
  ) {
    this.node = node;
    this.words = words;
    this.#entry = entry;
    this.#family = family;
  }

  get path(): readonly string[] {
    return this.#family.around.path.concat(this.#entry.key);
  }

  get keyRange(): TextRange {
    return this.#entry.keyRange;
  }

  get note(): string | undefined {
    return this.#entry.note;
  }

  get mapping(): MappingNode {
    return this.#family.mapping;
  }

  get family(): readonly WeightPlace[] {
    return this.#family.places;
  }

  get above(): readonly KeyAbove[] {
    return this.#family.around.above;
  }

  get isInLoss(): boolean {
    return this.#family.around.isInLoss;
  }

  get isElsewhere(): boolean {
    return this.#family.around.isElsewhere;
  }
}

class PlaceFinder {
  readonly places: WeightPlace[] = [];
  readonly #words = new WordMemory();
  readonly #weightNode: typeof weightNode;

  constructor(find: typeof weightNode) {
    this.#weightNode = find;
  }

  visit(node: ConfigNode, around: Surroundings): void {
    if (node.kind === 'mapping') this.#visitMapping(node, around);
    if (node.kind !== 'sequence') return;
    for (const [index, item] of node.items.entries()) {
      if (item.kind !== 'scalar') this.visit(item, this.#within(around, String(index), item));
    }
  }

  #visitMapping(mapping: MappingNode, around: Surroundings): void {
    const family: Family = { mapping, around, places: [] };
    for (const entry of mapping.entries) {
      const { key, value } = entry;
      const node = value && this.#weightNode(value);
      if (node) {
        const place = new PlaceOfFamily(entry, node, this.#words.of(key), family);
        family.places.push(place);
        this.places.push(place);
      } else if (value && value.kind !== 'scalar') {
        this.visit(value, this.#within(around, key, value));
      }
    }
  }

  #within(around: Surroundings, key: string, node: ConfigNode): Surroundings {
    const words = this.#words.of(key);
    return {
      path: around.path.concat(key),
      above: around.above.concat({ words, node }),
      isInLoss: around.isInLoss || leadsToLosses(words),
      isElsewhere: around.isElsewhere || standsElsewhere([key]),
    };
  }
}

/** `loss`, `gan_criterion`, and `generator_reg`, but not the `regularizer` of an optimiser. */
function leadsToLosses(words: readonly string[]): boolean {
  if (words.some((word) => isLossWord(word) || word === 'lossconfig')) return true;
  return words.length > 1 && /^(?:reg|regs|regularization)$/.test(words.at(-1) ?? '');
}

/** What of a config may be a weight: a scalar, or a list of numbers. */
function weightNode(node: ConfigNode): ScalarNode | SequenceNode | undefined {
  if (node.kind === 'scalar') return node;
  if (node.kind === 'mapping' || node.items.length === 0) return undefined;
  const isNumbers = node.items.every(
    (item) => item.kind === 'scalar' && typeof item.value === 'number',
  );
  return isNumbers ? node : undefined;
}

/** In a program a text in the place of a number has a meaning that the program knows. */
function numericNode(node: ConfigNode): ScalarNode | SequenceNode | undefined {
  const isText = node.kind === 'scalar' && typeof node.value !== 'number';
  return isText ? undefined : weightNode(node);
}

/** Keys by which a mapping says what it configures, the best first. */
export const namingKeys = [
  'name',
  'type',
  'loss',
  '_target_',
  'class_path',
  'target',
  '_name',
] as const;

/** The text beside a place, or in a mapping, that names what is configured: `BetaVAE`, `L1Loss`. */
export function namesIn(mapping: MappingNode): readonly string[] {
  return namingKeys.flatMap((naming) => {
    const value = mapping.entries.findLast(({ key }) => key === naming)?.value;
    const isText = value?.kind === 'scalar' && typeof value.value === 'string';
    return isText ? [String(value.value)] : [];
  });
}
