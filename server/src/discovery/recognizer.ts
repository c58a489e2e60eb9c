import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';

/** A text with `$0`-style marks for the generic test: `^^^` under each weight that must be found. */
export interface RecognizerExample {
  readonly language: string;
  readonly text: string;
  /** Names and weights that must be found, in order; empty for a counter-example. */
  readonly finds: readonly { readonly name: string; readonly weight: number }[];
}

/** One idiom in which people write loss weights. Pure; never throws. */
export interface Recognizer {
  readonly name: string;
  /** For the manual: one sentence. */
  readonly description: string;
  readonly examples: readonly RecognizerExample[];
  recognize(document: ConfigDocument): readonly LossTerm[];
}
