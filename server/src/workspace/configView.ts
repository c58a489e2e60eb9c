import { dirname, relative } from 'node:path';

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
  /** What the rules say of the owner, where the line still says what they speak of. */
  readonly findings: readonly { readonly finding: Finding; readonly term: LossTerm }[];
}

/** The places where logs are looked for, as a person would name them from the config's folder. */
export function logPlaces({ file, roots }: ConfigView): readonly string[] {
  return roots.map(({ path }) => relative(dirname(file.path), path) || '.');
}
