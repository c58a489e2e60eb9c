import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { isLossWord, toTermName } from './keyWords.ts';
import { namesKnownLoss } from './lossVocabulary.ts';
import { namesSomethingElse } from './notAWeight.ts';
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

/** How sure a key is that names no loss by itself, in company that does. */
const inCompany = 0.65;

/** The terms of a config whose keys have the form of the idiom. */
export function recognizeKeys(
  document: ConfigDocument,
  places: readonly WeightPlace[],
  idiom: KeyIdiom,
): readonly LossTerm[] {
  return places.flatMap((place) => {
    const nameWords = idiom.nameWords(place.words);
    if (!nameWords || place.isElsewhere || isRuledOut(place, idiom)) return [];
    const keyIsSure = namesLoss(place, idiom);
    const { known, unknown } = idiom.confidence;
    const hasCompany = place.isInLoss || companions(place, idiom) > 0;
    const confidence = keyIsSure ? known : hasCompany ? Math.max(unknown, inCompany) : unknown;
    return toLossTerm(
      place,
      {
        name: toTermName(nameWords),
        recognizer: idiom.recognizer,
        confidence,
        keyIsSure,
        allowsList: keyIsSure || hasCompany,
      },
      document.text,
    );
  });
}

/** `class_weight` weighs classes, but beside `mask_weight` and `dice_weight` the loss of the class. */
function isRuledOut(place: WeightPlace, idiom: KeyIdiom): boolean {
  if (!namesSomethingElse(place.words)) return false;
  const isClass =
    place.words.length === 2 && /^(?:class|cls|obj|object)$/.test(place.words[0] ?? '');
  return !(isClass && place.node.kind === 'scalar' && companions(place, idiom) >= 2);
}

/** How many of the places beside it are of this form and surely weigh a loss. */
function companions(place: WeightPlace, idiom: KeyIdiom): number {
  return place.family.filter(
    (other) =>
      other !== place &&
      typeof (other.node.kind === 'scalar' && other.node.value) === 'number' &&
      !namesSomethingElse(other.words) &&
      namesLoss(other, idiom),
  ).length;
}

function namesLoss({ words }: WeightPlace, idiom: KeyIdiom): boolean {
  const nameWords = idiom.nameWords(words);
  return nameWords !== undefined && (words.some(isLossWord) || namesKnownLoss(nameWords));
}
