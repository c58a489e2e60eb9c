import type { TextRange } from '../base/textRange.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ScalarNode } from '../syntax/configTree.ts';
import { looksLikePath } from './notAWeight.ts';

/** A scalar of a config with the keys that lead to it. */
export interface Place {
  readonly path: readonly string[];
  readonly node: ScalarNode;
  readonly keyRange: TextRange;
}

/** What a recognizer has made out about a place. */
export interface Recognition {
  readonly name: string;
  readonly recognizer: string;
  /** From 0 to 1, where the value is a number. */
  readonly confidence: number;
  /** True where the key alone says that it is a loss weight, whatever the value is. */
  readonly keyIsSure: boolean;
}

/**
 * The term at a place, or nothing where its value rules a weight out: true and false switch
 * something, null leaves it to the program, and a path names a file. Other texts make a term
 * without a weight where the key is sure, so that the lint can say what is wrong.
 */
export function toLossTerm(place: Place, recognition: Recognition): readonly LossTerm[] {
  const { node, path, keyRange } = place;
  const { name, recognizer, confidence, keyIsSure } = recognition;
  const weight = typeof node.value === 'number' ? node.value : undefined;
  if (name === '' || (weight === undefined && !(keyIsSure && isFailedNumber(node)))) return [];
  return [
    {
      name,
      path,
      weight,
      text: node.text,
      keyRange,
      valueRange: node.range,
      kind: 'definition',
      confidence,
      recognizer,
    },
  ];
}

/** A text that stands where a number should; not a file, and not left to an interpolation. */
function isFailedNumber(node: ScalarNode): boolean {
  return typeof node.value === 'string' && !looksLikePath(node.value) && !node.value.includes('${');
}
