import type { TextChange } from '../base/textRange.ts';
import type { ConfigDocument, ScalarNode } from './configTree.ts';
import type { LiftedNumber, NumberLift } from './numberLift.ts';
import { configLanguages } from './registry.ts';

/**
 * The change that sets a scalar to a number. Only the value's own characters are replaced:
 * comments, layout and quotes stay, and what was written as a float stays one (`1.0` becomes
 * `2.0`, not `2`), because some frameworks refuse an integer where the default is a float.
 */
export function replaceNumber(
  document: ConfigDocument,
  node: ScalarNode,
  value: number,
): TextChange {
  const language = configLanguages.find(({ name }) => name === document.language);
  const number = language?.formatNumber(value) ?? String(value);
  const quote = /^(["']).*\1$/s.exec(node.text)?.[1] ?? '';
  const wasFloat = /^["']?[-+]?(?:[\d_]*(?:\.|\d[eE])|inf|nan|Infinity|NaN)/.test(node.text);
  const newText = wasFloat && /^-?\d+$/.test(number) ? `${number}.0` : number;
  return { range: node.range, newText: `${quote}${newText}${quote}` };
}

/** How a number in a program becomes one of its options; undefined where that is not safe. */
export function liftNumber(document: ConfigDocument, number: LiftedNumber): NumberLift | undefined {
  const language = configLanguages.find(({ name }) => name === document.language);
  return language?.liftNumber?.(document, number);
}
