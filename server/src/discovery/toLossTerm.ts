import type { TextRange } from '../base/textRange.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ScalarNode, SequenceNode } from '../syntax/configTree.ts';
import { looksLikePath } from './notAWeight.ts';

/** A value of a config with the keys that lead to it. */
export interface Place {
  readonly path: readonly string[];
  readonly node: ScalarNode | SequenceNode;
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
  /** True where a list of numbers is a weight too: a schedule, or one for each scale. */
  readonly allowsList?: boolean;
}

/**
 * The term at a place, or nothing where its value rules a weight out: true and false switch
 * something, null leaves it to the program, and a path names a file. A list of numbers, a text and
 * a reference to another place make a term without a weight where the key is sure, so that the list
 * is shown and the lint can say what is wrong.
 */
export function toLossTerm(
  { node, path, keyRange }: Place,
  { name, recognizer, confidence, keyIsSure, allowsList = false }: Recognition,
  document = '',
): readonly LossTerm[] {
  const isList = node.kind === 'sequence';
  const weight = !isList && typeof node.value === 'number' ? node.value : undefined;
  const isTerm = isList ? allowsList : weight !== undefined || isFailedNumber(node, keyIsSure);
  if (name === '' || !isTerm) return [];
  const valueRange = node.range;
  const text = isList ? document.slice(valueRange.start, valueRange.end).trimEnd() : node.text;
  const found = { name, path, weight, text, keyRange, valueRange };
  return [{ ...found, kind: 'definition', confidence, recognizer }];
}

const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** A text that stands where a number should, and not the name of a file. */
function isFailedNumber({ value }: ScalarNode, keyIsSure: boolean): boolean {
  if (typeof value !== 'string') return false;
  return decimal.test(value) || (keyIsSure && value !== '' && !looksLikePath(value));
}
