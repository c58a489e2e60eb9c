import type { ConfigProblem } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ProjectFile } from '../model/projectFile.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { configRules } from './configRegistry.ts';
import type { ConfigSurroundings } from './configRule.ts';

/** What `counterweight.yaml` says of the rules, by their names. */
type RuleOptions = ProjectFile['rules'];

/**
 * What can be said of a config without any run, in the order of the text, whatever
 * `counterweight.yaml` says of the rules. Problems of its syntax are not repeated: they stand in
 * `document.problems`.
 */
export function lintConfig(
  document: ConfigDocument,
  terms: readonly LossTerm[],
): readonly ConfigProblem[] {
  return configRules
    .flatMap((rule) => rule.check(document, terms))
    .sort((a, b) => a.range.start - b.range.start);
}

/** What the code and the runs around a config say of it, as `counterweight.yaml` wants it said. */
export function lintAround(
  document: ConfigDocument,
  terms: readonly LossTerm[],
  around: ConfigSurroundings,
  options: RuleOptions,
): readonly ConfigProblem[] {
  const asked = configRules.filter(
    ({ name, looksAround }) => looksAround && options?.[name] !== 'off',
  );
  const problems = asked.flatMap((rule) => rule.check(document, terms, around));
  return chooseProblems(problems, options);
}

/** Without the problems of rules that are off in `counterweight.yaml`, and as loud as it wants the others. */
export function chooseProblems(
  problems: readonly ConfigProblem[],
  options: RuleOptions,
): readonly ConfigProblem[] {
  return problems.flatMap((problem) => {
    const chosen = options?.[problem.code];
    if (chosen === 'off') return [];
    return [chosen?.severity ? { ...problem, severity: chosen.severity } : problem];
  });
}
