import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import type { Weighing } from './weighings.ts';
import type { WeightPlace } from './weightPlaces.ts';

/** A text with `$0`-style marks for the generic test: `^^^` under each weight that must be found. */
export interface RecognizerExample {
  readonly language: string;
  readonly text: string;
  /** Names and weights that must be found, in order; empty for a counter-example. */
  readonly finds: readonly { readonly name: string; readonly weight: number | undefined }[];
}

/** One idiom in which people write loss weights. Pure; never throws. */
export interface Recognizer {
  readonly name: string;
  /** For the manual: one sentence. */
  readonly description: string;
  readonly examples: readonly RecognizerExample[];
  /**
   * The places where weights can stand, and the factors of a program's sums that weigh losses, come
   * with the document: several idioms look at them.
   */
  recognize(
    document: ConfigDocument,
    places: readonly WeightPlace[],
    weighings: readonly Weighing[],
  ): readonly LossTerm[];
}
