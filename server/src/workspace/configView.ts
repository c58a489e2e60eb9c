import { dirname, relative } from 'node:path';

import type { LogProblem } from '../ingest/logProblems.ts';
import type { ConfigProblem, Finding } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigFile } from './configFile.ts';
import type { FoundProject } from './engineChoice.ts';
import type { TermInsight } from './insight.ts';
import { isInside, type KnownRun } from './knownRun.ts';

/** A place where the runs of a config may appear. */
export interface LogRoot {
  /** Absolute. */
  readonly path: string;
  /** How it was found, in words. */
  readonly because: string;
  /** Which runs below it are meant, by their paths; all where left out. */
  readonly holds?: (run: string) => boolean;
}

/** Whether a run, by its path, appears at one of these places. */
export function isAtRoots(roots: readonly LogRoot[], run: string): boolean {
  return roots.some(({ path, holds }) => isInside(run, path) && (holds?.(run) ?? true));
}

export function sameRoots(a: readonly LogRoot[], b: readonly LogRoot[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ path, holds }, index) => path === b[index]?.path && holds === b[index].holds)
  );
}

/** Everything that the editor shows of one config, at one moment. */
export interface ConfigView {
  readonly file: ConfigFile;
  readonly found: FoundProject | undefined;
  readonly roots: readonly LogRoot[];
  /** Runs bound to it, newest first. */
  readonly runs: readonly KnownRun[];
  /** The run that the hints speak of. */
  readonly owner: KnownRun | undefined;
  readonly insights: ReadonlyMap<string, TermInsight>;
  /** Problems of the text itself. */
  readonly problems: readonly ConfigProblem[];
  /** Logs in these places that cannot be read. */
  readonly logProblems: readonly LogProblem[];
  /** What the rules say of the owner, where the line still says what they speak of. */
  readonly findings: readonly { readonly finding: Finding; readonly term: LossTerm }[];
}

/** The places where logs are looked for, as a person would name them from the config's folder. */
export function logPlaces({ file, roots }: ConfigView): readonly string[] {
  return roots.map(({ path }) => relative(dirname(file.path), path) || '.');
}

/** Those of the logs that cannot be read which lie in one of these places. */
export function problemsBelow(
  roots: readonly LogRoot[],
  problems: readonly LogProblem[],
): readonly LogProblem[] {
  return problems.filter(({ path }) => isAtRoots(roots, path));
}

/** What a person should know of the logs that cannot be read; undefined for nothing. */
export function logProblemsNotice({ file, logProblems }: ConfigView): string | undefined {
  if (logProblems.length === 0) return undefined;
  const shown = logProblems.slice(0, shownProblems).map(({ path, message }) => {
    return `${relative(dirname(file.path), path)}: ${message}`;
  });
  const rest = logProblems.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more logs cannot be read.`] : [])].join(' ');
}

const shownProblems = 3;
