import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { discoverTerms } from './discoverTerms.ts';
import { findWeighings, type Weighing } from './weighings.ts';

/**
 * The places of a program where loss weights are used, in the order of the text. A use has the name
 * and the path of the definition that it leads to, and its value where that is a number; the path
 * of one that leads out of the file is its own text.
 */
export function discoverUses(
  document: ConfigDocument,
  terms: readonly LossTerm[] = discoverTerms(document),
): readonly LossTerm[] {
  const names = new Map(terms.map(({ path, name }) => [JSON.stringify(path), name]));
  return findWeighings(document)
    .filter(({ operand }) => operand.kind === 'reference')
    .map((weighing) => toUse(weighing, names))
    .sort((a, b) => a.valueRange.start - b.valueRange.start);
}

function toUse(
  { operand, name, confidence }: Weighing,
  names: ReadonlyMap<string, string>,
): LossTerm {
  const { range, text, definition } = operand;
  const node = definition?.node;
  const value = node?.kind === 'scalar' ? node.value : undefined;
  return {
    name: names.get(JSON.stringify(definition?.path)) ?? name,
    path: definition?.path ?? [text],
    weight: typeof value === 'number' ? value : undefined,
    text,
    keyRange: range,
    valueRange: range,
    kind: 'use',
    confidence,
    recognizer: 'used-in-sum',
  };
}
