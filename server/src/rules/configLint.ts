import type { ConfigProblem } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { configRules } from './configRegistry.ts';

/**
 * What can be said of a config without any run, in the order of the text. Problems of its syntax
 * are not repeated: they stand in `document.problems`.
 */
export function lintConfig(
  document: ConfigDocument,
  terms: readonly LossTerm[],
): readonly ConfigProblem[] {
  return configRules
    .flatMap((rule) => rule.check(document, terms))
    .sort((a, b) => a.range.start - b.range.start);
}
