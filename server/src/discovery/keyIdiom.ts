import type { LossTerm } from '../model/lossTerm.ts';
import { type ConfigDocument, walkScalars } from '../syntax/configTree.ts';
import { isLossWord, splitWords, toTermName } from './keyWords.ts';
import { namesKnownLoss } from './lossVocabulary.ts';
import { namesSomethingElse, standsElsewhere } from './notAWeight.ts';
import { toLossTerm } from './toLossTerm.ts';

/** An idiom that one key alone shows. */
export interface KeyIdiom {
  readonly recognizer: string;
  /** The words of the key that name the loss, or undefined where the key is of another form. */
  nameWords(words: readonly string[]): readonly string[] | undefined;
  /** How sure it is where the key names a loss, and where it does not: `tv_weight`, `foo_weight`. */
  readonly confidence: { readonly known: number; readonly unknown: number };
}

/** The terms of a config whose keys have the form of the idiom. */
export function recognizeKeys(document: ConfigDocument, idiom: KeyIdiom): readonly LossTerm[] {
  return [...walkScalars(document.root)].flatMap((place) => {
    const words = splitWords(place.path.at(-1) ?? '');
    const nameWords = idiom.nameWords(words);
    if (!nameWords || namesSomethingElse(words) || standsElsewhere(place.path.slice(0, -1))) {
      return [];
    }
    const keyIsSure = words.some(isLossWord) || namesKnownLoss(nameWords);
    return toLossTerm(place, {
      name: toTermName(nameWords),
      recognizer: idiom.recognizer,
      confidence: keyIsSure ? idiom.confidence.known : idiom.confidence.unknown,
      keyIsSure,
    });
  });
}
