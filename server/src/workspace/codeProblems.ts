import type { ConfigProblem } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import { lintAround } from '../rules/configLint.ts';
import type { CodeAround } from '../rules/configRule.ts';
import { foldName } from '../syntax/programWords.ts';
import type { ConfigFile } from './configFile.ts';
import type { FoundProject } from './engineChoice.ts';
import { isIgnored } from './ignoreComment.ts';
import type { BoundRunEvidence } from './runEvidence.ts';

/** What is known of the place where a config is used. */
export interface CodeProblemsInput {
  readonly file: ConfigFile;
  readonly found: FoundProject | undefined;
  /** Undefined while it is not known. */
  readonly code: CodeAround | undefined;
  /** What the runs of the config have logged: asked only where nothing else speaks for a weight. */
  readonly runs: readonly (() => BoundRunEvidence)[];
}

/** What the code around a config, and what its runs have logged, say of it. */
export function codeProblems(input: CodeProblemsInput): readonly ConfigProblem[] {
  const { file, found, code, runs } = input;
  if (!code || !file.document || !file.current || file.task) return [];
  const isLogged = (term: LossTerm): boolean =>
    found?.project?.terms?.[term.name] !== undefined || runs.some((run) => hasLogged(run(), term));
  const around = { code, runs: runs.length, isLogged };
  const problems = lintAround(file.document, file.terms, around, found?.project?.rules);
  return problems.filter(({ range, code: rule }) => !isIgnored(file, range, rule));
}

/** A metric is bound to the term, or bears the name of its key. */
function hasLogged({ binding, metrics }: BoundRunEvidence, { name, path }: LossTerm): boolean {
  const bound = binding.terms.get(name);
  if (bound?.loss !== undefined || bound?.gradient !== undefined) return true;
  const key = foldName((path.at(-1) ?? '').replace(/#\d+$/, ''));
  return metrics.some((metric) => foldName(metric).includes(key));
}
