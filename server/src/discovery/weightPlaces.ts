import type { TextRange } from '../base/textRange.ts';
import type {
  ConfigDocument,
  ConfigNode,
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
  const finder = new PlaceFinder(sums === undefined ? isWeightNode : isNumeric);
  if (root) finder.visit(root, { path: [], above: [], isInLoss: false, isElsewhere: false });
  return finder.places;
}

class PlaceFinder {
  readonly places: WeightPlace[] = [];
  readonly #words = new WordMemory();
  readonly #isPlace: typeof isWeightNode;

  constructor(isPlace: typeof isWeightNode) {
    this.#isPlace = isPlace;
  }

  visit(node: ConfigNode, around: Surroundings): void {
    if (node.kind === 'mapping') this.#visitMapping(node, around);
    if (node.kind !== 'sequence') return;
    for (const [index, item] of node.items.entries()) {
      if (item.kind !== 'scalar') this.visit(item, this.#within(around, String(index), item));
    }
  }

  #visitMapping(mapping: MappingNode, around: Surroundings): void {
    const { above, isInLoss, isElsewhere } = around;
    const family: WeightPlace[] = [];
    for (const { key, keyRange, value, note } of mapping.entries) {
      if (value && this.#isPlace(value)) {
        const place: WeightPlace = {
          // A spread takes several times the memory, for each place of the file.
          path: around.path.concat(key),
          keyRange,
          node: value,
          note,
          words: this.#words.of(key),
          above,
          mapping,
          family,
          isInLoss,
          isElsewhere,
        };
        family.push(place);
        this.places.push(place);
      } else if (value) {
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

function isWeightNode(node: ConfigNode): node is ScalarNode | SequenceNode {
  if (node.kind === 'scalar') return true;
  if (node.kind === 'mapping' || node.items.length === 0) return false;
  return node.items.every((item) => item.kind === 'scalar' && typeof item.value === 'number');
}

/** In a program a text in the place of a number has a meaning that the program knows. */
function isNumeric(node: ConfigNode): node is ScalarNode | SequenceNode {
  return isWeightNode(node) && (node.kind === 'sequence' || typeof node.value === 'number');
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
