import { dirname, relative, sep } from 'node:path';

import type { LogProblem } from '../ingest/logProblems.ts';
import type { ConfigProblem, Finding } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigFile } from './configFile.ts';
import type { FoundProject } from './engineChoice.ts';
import type { TermInsight } from './insight.ts';
import type { KnownRun } from './knownRun.ts';

/** A place where the runs of a config may appear. */
export interface LogRoot {
  /** Absolute. */
  readonly path: string;
  /** How it was found, in words. */
  readonly because: string;
  /** How sure it is that runs there are of this config, from 0 to 1. */
  readonly confidence: number;
  /** Which runs below it are meant, by their paths; all where left out. */
  readonly holds?: (run: string) => boolean;
  /** Nobody has named it: it is looked at because loggers commonly write there. */
  readonly isUsual?: true;
}

/**
 * The surest of these places at which a run, by its path, appears; a place may also be one of its
 * files, as `metrics.csv` is of the run that its folder is.
 */
export function rootOf(
  roots: readonly LogRoot[],
  run: string,
  files: readonly { readonly path: string }[] = [],
): LogRoot | undefined {
  return roots.find(({ path, holds }) => {
    if (holds) return isAtOrBelow(run, path) && holds(run);
    return isAtOrBelow(run, path) || files.some((file) => file.path === path);
  });
}

/** Of paths without `..`, such as those of runs and of places: thousands are asked for at every keystroke. */
function isAtOrBelow(path: string, place: string): boolean {
  if (!path.startsWith(place)) return false;
  return path.length === place.length || path[place.length] === sep || place.endsWith(sep);
}

export function sameRoots(a: readonly LogRoot[], b: readonly LogRoot[]): boolean {
  return (
    a.length === b.length &&
    a.every((root, index) => {
      const other = b[index];
      const isThere = root.path === other?.path && root.holds === other.holds;
      return isThere && root.because === other.because && root.confidence === other.confidence;
    })
  );
}

/** Why a run is taken for one of a config. */
export interface RunBinding {
  /** For the hover, as the rest of a sentence: `runs/ stands beside it`. */
  readonly because: string;
  /** From 0 to 1. */
  readonly confidence: number;
}

/** Everything that the editor shows of one config, at one moment. */
export interface ConfigView {
  readonly file: ConfigFile;
  readonly found: FoundProject | undefined;
  readonly roots: readonly LogRoot[];
  /** Runs bound to it, newest first, and of those of one moment the surest. */
  readonly runs: readonly KnownRun[];
  /** The run that the hints speak of. */
  readonly owner: KnownRun | undefined;
  /** Why the owner is taken for a run of this config. */
  readonly binding: RunBinding | undefined;
  readonly insights: ReadonlyMap<string, TermInsight>;
  /** Problems of the text itself. */
  readonly problems: readonly ConfigProblem[];
  /** Logs in these places that cannot be read. */
  readonly logProblems: readonly LogProblem[];
  /** What the rules say of the owner, where the line still says what they speak of. */
  readonly findings: readonly { readonly finding: Finding; readonly term: LossTerm }[];
}

/**
 * Where logs are looked for, in a sentence: the places that somebody has named, as a person would
 * name them from the config's folder, and some of the usual ones.
 */
export function logPlaces(
  { file, roots }: ConfigView,
  write: (path: string) => string = (path) => path,
): string {
  const pathOf = ({ path }: LogRoot): string => relative(dirname(file.path), path) || '.';
  const named = new Set(roots.filter(({ isUsual }) => !isUsual).map(pathOf));
  const some = ['runs', 'logs', 'lightning_logs', 'wandb', 'mlruns', 'mlflow.db'].map(write);
  const usual = `folders and files with usual names (${some.join(', ')} …) beside it and in the project folder`;
  return `Logs are looked for in ${[...[...named].map(write), usual].join(', ')}.`;
}

/** Those of the logs that cannot be read which lie in one of these places. */
export function problemsBelow(
  roots: readonly LogRoot[],
  problems: readonly LogProblem[],
): readonly LogProblem[] {
  return problems.filter(({ path }) => rootOf(roots, path) !== undefined);
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
