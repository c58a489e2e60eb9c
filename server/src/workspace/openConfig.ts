import { DisposableStore } from '../base/disposable.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { MetricStore } from '../store/metricStore.ts';
import { ConfigEvidence } from './configEvidence.ts';
import type { ConfigFile } from './configFile.ts';
import type { ConfigView, LogRoot } from './configView.ts';
import type { FoundProject } from './engineChoice.ts';

/** A config that is open, with what was derived from it. */
export interface OpenConfig {
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
    file,
    found: undefined,
    roots: [],
    moduleProblems: [],
    watching: new DisposableStore(),
    evidence: new ConfigEvidence(store),
    view: undefined,
  };
}
