import { homedir } from 'node:os';
import { dirname } from 'node:path';

import { DisposableStore } from '../base/disposable.ts';
import { logRoots } from '../discovery/bindRuns.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { MetricStore } from '../store/metricStore.ts';
import { ConfigEvidence } from './configEvidence.ts';
import type { ConfigFile } from './configFile.ts';
import type { ConfigView, LogRoot } from './configView.ts';
import type { FoundProject } from './engineChoice.ts';
import { maySetWeights } from './weightFiles.ts';

/** A config that is open, with what was derived from it. */
export interface OpenConfig {
  /** All that its text says. */
  read: ConfigFile;
  /** The same without any loss weight, where `counterweight.yaml` names others that set them. */
  file: ConfigFile;
  found: FoundProject | undefined;
  roots: readonly LogRoot[];
  /** What is wrong with the name of the module of a user's own task. */
  moduleProblems: readonly ConfigProblem[];
  watching: DisposableStore;
  readonly evidence: ConfigEvidence;
  view: ConfigView | undefined;
}

/** One of which nothing is known yet but its text. */
export function openConfig(file: ConfigFile, store: MetricStore): OpenConfig {
  return {
    read: file,
    file,
    found: undefined,
    roots: [],
    moduleProblems: [],
    watching: new DisposableStore(),
    evidence: new ConfigEvidence(store),
    view: undefined,
  };
}

/** A file as it counts, after what the `counterweight.yaml` that speaks for it says. */
export function countedFile(read: ConfigFile, found: FoundProject | undefined): ConfigFile {
  if (read.terms.length === 0 || maySetWeights(read.path, found?.weightFiles)) return read;
  return { ...read, terms: [], judged: { ...read.judged, ofRules: [] } };
}

/** Where the runs of a config may appear: what patterns of logs name, and what `logRoots` says. */
export function placesOf(
  { file, found }: OpenConfig,
  workspace: string | undefined,
  ofPatterns: readonly LogRoot[],
): readonly LogRoot[] {
  if (file.terms.length === 0) return [];
  const project = found ? dirname(found.path) : workspace;
  const folders = { project, workspace, home: homedir() };
  return [...ofPatterns, ...logRoots(file.path, file.document?.root, found?.project, folders)];
}
