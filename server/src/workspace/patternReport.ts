import { relative } from 'node:path';

import type { ReadyLogPattern } from '../discovery/logPatterns.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { PatternTally } from '../readers/userPattern.ts';
import { findNode } from '../syntax/configTree.ts';
import { yaml } from '../syntax/languages/yaml.ts';

type Tallies = ReadonlyMap<string, PatternTally>;

/** What one pattern met in its files. */
interface Met {
  /** Lines that were left to it by the patterns above it. */
  readonly lines: number;
  readonly matched: number;
  readonly files: readonly string[];
  readonly unmatched: string;
}

/** Says of a file in an untrusted workspace that its patterns are not run. */
export function untrustedProblems(text: string): readonly ConfigProblem[] {
  const message =
    'This workspace is not trusted, so its patterns are not run over logs. Trust it with "Workspaces: Manage Workspace Trust".';
  return [placed(text, ['log_patterns'], 'information', message)];
}

/** Says which patterns have no file, and which match no line of the files that they have. */
export function patternProblems(
  text: string,
  folder: string,
  ready: readonly ReadyLogPattern[],
  tallies: Tallies,
): readonly ConfigProblem[] {
  return ready.flatMap((pattern) => {
    const at = ['log_patterns', String(pattern.index)];
    const { lines, matched, files, unmatched } = meet(pattern, ready, tallies);
    if (files.length === 0) {
      const message = 'No file is there yet that this names.';
      return [placed(text, [...at, 'files'], 'information', message)];
    }
    if (matched > 0 || lines === 0) return [];
    const [first = '', ...others] = files.map((path) => relative(folder, path));
    const where = others.length === 0 ? first : `${first} and ${others.length} more`;
    const such = unmatched === '' ? '' : `, such as: ${unmatched}`;
    const message = `This matches none of the ${format(lines)} lines of ${where} that are left to it${such}`;
    return [placed(text, [...at, 'line'], 'warning', message)];
  });
}

/** What stands behind an expression in the editor: how many lines it reads. */
export interface PatternHint {
  readonly offset: number;
  readonly label: string;
}

/** Says of every pattern that has files how much of them it reads. */
export function patternHints(
  text: string,
  ready: readonly ReadyLogPattern[],
  tallies: Tallies,
): readonly PatternHint[] {
  const { root } = yaml.parse(text);
  return ready.flatMap((pattern) => {
    const node = findNode(root, ['log_patterns', String(pattern.index), 'line']);
    const { lines, matched, files } = meet(pattern, ready, tallies);
    if (!node || files.length === 0) return [];
    const where = files.length === 1 ? '' : ` of ${files.length} files`;
    const label = `reads ${format(matched)} of ${format(lines)} lines${where}`;
    return [{ offset: node.range.end, label }];
  });
}

function format(count: number): string {
  return count.toLocaleString('en');
}

function meet(pattern: ReadyLogPattern, ready: readonly ReadyLogPattern[], tallies: Tallies): Met {
  const own = [...tallies].filter(([path]) => isFor(pattern, path));
  const counts = own.map(([path, tally]) => {
    const place = ready.filter((other) => isFor(other, path)).indexOf(pattern);
    const above = tally.matched.slice(0, place).reduce((sum, count) => sum + count, 0);
    return { lines: tally.lines - above, matched: tally.matched[place] ?? 0 };
  });
  return {
    lines: counts.reduce((sum, { lines }) => sum + lines, 0),
    matched: counts.reduce((sum, { matched }) => sum + matched, 0),
    files: own.map(([path]) => path),
    unmatched: own.find(([, tally]) => tally.unmatched !== '')?.[1].unmatched ?? '',
  };
}

function isFor({ files }: ReadyLogPattern, path: string): boolean {
  return files.some((glob) => glob.matches(path));
}

function placed(
  text: string,
  path: readonly string[],
  severity: ConfigProblem['severity'],
  message: string,
): ConfigProblem {
  const node = findNode(yaml.parse(text).root, path);
  const range = node?.range ?? { start: 0, end: 0 };
  return { code: 'project-log-pattern', severity, message, range };
}
