import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { isLossWord, toTermName } from './keyWords.ts';
import { namesKnownLoss } from './lossVocabulary.ts';
import { namesSomethingElse, neverWeighs } from './notAWeight.ts';
import { toLossTerm } from './toLossTerm.ts';
import type { WeightPlace } from './weightPlaces.ts';

/** An idiom that one key alone shows. */
export interface KeyIdiom {
  readonly recognizer: string;
  /** The words of the key that name the loss, or undefined where the key is of another form. */
  nameWords(words: readonly string[]): readonly string[] | undefined;
  /**
   * How sure it is where the key names a loss, and where it does not: `tv_weight`, `foo_weight`.
   * Between the two where the key stands below a loss, or among others of this form that name losses.
   */
  readonly confidence: { readonly known: number; readonly unknown: number };
}

/** Losses of which a list has a weight for each class. */
const ofClasses = new Set(['ce', 'bce', 'entropy', 'nll', 'focal']);

function weighsClasses(nameWords: readonly string[]): boolean {
  return nameWords.some((word) => ofClasses.has(word));
}

/** How sure a key is that names no loss by itself, in company that does. */
const inCompany = 0.65;

/** The terms of a config whose keys have the form of the idiom. */
export function recognizeKeys(
  document: ConfigDocument,
  places: readonly WeightPlace[],
  idiom: KeyIdiom,
): readonly LossTerm[] {
  const company = new Company(idiom);
  return places.flatMap((place) => {
    const nameWords = idiom.nameWords(place.words);
    if (!nameWords || place.isElsewhere || isRuledOut(place, company)) return [];
    const keyIsSure = namesLoss(place, idiom);
    const hasCompany = place.isInLoss || company.around(place) > 0;
    return toLossTerm(
      place,
      {
        name: toTermName(nameWords),
        recognizer: idiom.recognizer,
        confidence: confidenceOf(idiom, keyIsSure, hasCompany),
        keyIsSure,
        allowsList: (keyIsSure || hasCompany) && !weighsClasses(nameWords),
      },
      document.text,
    );
  });
}

function confidenceOf(
  { confidence: { known, unknown } }: KeyIdiom,
  keyIsSure: boolean,
  hasCompany: boolean,
): number {
  if (keyIsSure) return known;
  return hasCompany ? Math.max(unknown, inCompany) : unknown;
}

/**
 * `class_weight` weighs classes, but beside `mask_weight` and `dice_weight` the loss of the class;
 * and `lambda_norm` is one of a loss's among others of these.
 */
function isRuledOut(place: WeightPlace, company: Company): boolean {
  const { words, node, isInLoss } = place;
  if (!namesSomethingElse(words)) return false;
  const isClass = words.length === 2 && /^(?:class|cls|obj|object)$/.test(words[0] ?? '');
  const isPart = isInLoss && words[0] === 'lambda' && !neverWeighs(words);
  return !((isClass || isPart) && node.kind === 'scalar' && company.around(place) >= 2);
}

/** Counts each family once: every place of a long mapping would ask about all others. */
class Company {
  readonly #idiom: KeyIdiom;
  readonly #counts = new Map<readonly WeightPlace[], number>();

  constructor(idiom: KeyIdiom) {
    this.#idiom = idiom;
  }

  /** How many of the places beside it are of this form and surely weigh a loss. */
  around(place: WeightPlace): number {
    const { family } = place;
    const known = this.#counts.get(family);
    const count = known ?? family.filter((one) => this.#isSure(one)).length;
    if (known === undefined) this.#counts.set(family, count);
    return count > 0 && this.#isSure(place) ? count - 1 : count;
  }

  #isSure(place: WeightPlace): boolean {
    return (
      typeof (place.node.kind === 'scalar' && place.node.value) === 'number' &&
      !namesSomethingElse(place.words) &&
      namesLoss(place, this.#idiom)
    );
  }
}

function namesLoss({ words }: WeightPlace, idiom: KeyIdiom): boolean {
  const nameWords = idiom.nameWords(words);
  return nameWords !== undefined && (words.some(isLossWord) || namesKnownLoss(nameWords));
}
