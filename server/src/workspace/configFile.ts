import { LineIndex } from '../base/lineIndex.ts';
import { discoverTerms } from '../discovery/discoverTerms.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import { lintConfig } from '../rules/configLint.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';
import { parseConfig } from '../syntax/registry.ts';

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
  readonly problems: readonly ConfigProblem[];
}

/** Reads a version of a config; `previous` is the version before it. */
export function readConfigFile(
  uri: string,
  path: string,
  text: string,
  previous: ConfigFile | undefined,
): ConfigFile {
  const document = parseConfig(path, text);
  const base = { uri, path, text, lines: new LineIndex(text), document };
  if (!document) return { ...base, terms: [], current: true, problems: [] };
  const broken = document.problems.some((problem) => problem.severity === 'error');
  if (broken) {
    // A text that was broken from the start shows at least what can be made out of it.
    const terms = previous
      ? previous.terms.map((term) => moveTerm(term, previous, text))
      : discoverTerms(document);
    return { ...base, terms, current: false, problems: document.problems };
  }
  const terms = discoverTerms(document);
  const problems = [...document.problems, ...lintConfig(document, terms)];
  return { ...base, terms, current: true, problems };
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
