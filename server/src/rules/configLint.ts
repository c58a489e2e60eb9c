import type { ConfigProblem } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ProjectFile } from '../model/projectFile.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { configRules } from './configRegistry.ts';
import type { ConfigSurroundings } from './configRule.ts';

/** The rules that need more than the config: a comment, or `counterweight.yaml`, keeps them quiet. */
export const rulesAround = configRules.filter(({ looksAround }) => looksAround);

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

/** What the code and the runs around a config say of it; `options` are those of `counterweight.yaml`. */
export function lintAround(
  document: ConfigDocument,
  terms: readonly LossTerm[],
  around: ConfigSurroundings,
  options: ProjectFile['rules'],
): readonly ConfigProblem[] {
  return rulesAround.flatMap((rule) => {
    const chosen = options?.[rule.name];
    if (chosen === 'off') return [];
    const problems = rule.check(document, terms, around);
    const severity = chosen?.severity;
    return severity ? problems.map((problem) => ({ ...problem, severity })) : problems;
  });
}
