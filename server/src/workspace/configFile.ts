import { LineIndex } from '../base/lineIndex.ts';
import { discoverTerms } from '../discovery/discoverTerms.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ProjectFile } from '../model/projectFile.ts';
import { chooseProblems, lintConfig } from '../rules/configLint.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { parseConfig } from '../syntax/registry.ts';
import type { TaskOutline } from '../training/task.ts';
import { taskConfigProblems, taskOf } from '../training/taskConfig.ts';
import { isIgnored } from './ignoreComment.ts';

/** A config as it stands in the editor, or on disk. */
export interface ConfigFile {
  readonly uri: string;
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
  readonly lines: LineIndex;
  /** Absent for a language that we do not read. */
  readonly document: ConfigDocument | undefined;
  /**
   * The terms; where the text does not parse, those of the last version that did, so that their
   * evidence stays on screen while somebody types.
   */
  readonly terms: readonly LossTerm[];
  /** False while `terms` comes from an earlier version. */
  readonly current: boolean;
  /** What is wrong with the text, all rules being asked; `problemsOf` has what is to be shown. */
  readonly judged: Judged;
  /** The task that it is for, if it is for one of ours. */
  readonly task: TaskOutline | undefined;
}

/** What is wrong with a text, by who says so. */
interface Judged {
  readonly ofSyntax: readonly ConfigProblem[];
  /** Of the rules, but where a comment keeps them quiet. */
  readonly ofRules: readonly ConfigProblem[];
  readonly ofTask: readonly ConfigProblem[];
}

/** What is wrong with the text of a config, by the rules that `counterweight.yaml` leaves on. */
export function problemsOf(
  { judged: { ofSyntax, ofRules, ofTask } }: Pick<ConfigFile, 'judged'>,
  options?: ProjectFile['rules'],
): readonly ConfigProblem[] {
  const said = chooseProblems(ofRules, options);
  // The task speaks where the rules say nothing of the same place.
  const rest = ofTask.filter(({ range }) => !said.some((one) => one.range.start === range.start));
  return [...ofSyntax, ...said, ...rest];
}

/** Reads a version of a config; `previous` is the version before it, `parsed` its text where it is parsed already. */
export function readConfigFile(
  uri: string,
  path: string,
  text: string,
  previous: ConfigFile | undefined,
  parsed?: ConfigDocument,
): ConfigFile {
  const document = parsed ?? parseConfig(path, text, previous?.document);
  const base = { uri, path, text, lines: new LineIndex(text), document };
  if (!document) {
    const judged = { ofSyntax: [], ofRules: [], ofTask: [] };
    return { ...base, terms: [], current: true, judged, task: undefined };
  }
  const task = taskOf(document.root);
  const broken = document.problems.some((problem) => problem.severity === 'error');
  if (broken) {
    // A text that was broken from the start shows at least what can be made out of it.
    const terms = previous
      ? previous.terms.map((term) => moveTerm(term, previous, text))
      : discoverTerms(document);
    const judged = { ofSyntax: document.problems, ofRules: [], ofTask: [] };
    return { ...base, terms, current: false, judged, task };
  }
  const terms = discoverTerms(document);
  const judged = judge(base, document, terms);
  return { ...base, terms, current: true, judged, task };
}

function judge(
  file: Pick<ConfigFile, 'lines' | 'text'>,
  document: ConfigDocument,
  terms: readonly LossTerm[],
): Judged {
  const ofRules = lintConfig(document, terms).filter(
    ({ code, range }) => !isIgnored(file, range, code),
  );
  return { ofSyntax: document.problems, ofRules, ofTask: taskConfigProblems(document) };
}

/** Keeps a term of an earlier version on its line: by its line number, the best guess while the text is broken. */
function moveTerm(term: LossTerm, previous: ConfigFile, text: string): LossTerm {
  const lines = new LineIndex(text);
  const move = (offset: number): number => lines.offsetAt(previous.lines.positionAt(offset));
  return {
    ...term,
    keyRange: { start: move(term.keyRange.start), end: move(term.keyRange.end) },
    valueRange: { start: move(term.valueRange.start), end: move(term.valueRange.end) },
  };
}
