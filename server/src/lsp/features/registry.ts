import type { Feature } from '../feature.ts';
import { ablationsFeature } from './ablations.ts';
import { bindingsFeature } from './bindings.ts';
import { codeActionFeature } from './codeAction.ts';
import { codeLensFeature } from './codeLens.ts';
import { completionFeature } from './completion.ts';
import { diagnosticsFeature } from './diagnostics.ts';
import { documentsFeature } from './documents.ts';
import { findWeightsFeature } from './findWeights.ts';
import { hoverFeature } from './hover.ts';
import { inlayHintFeature } from './inlayHint.ts';
import { liftWeightFeature } from './liftWeight.ts';
import { lossTermsFeature } from './lossTerms.ts';
import { panelsFeature } from './panels.ts';
import { queueFeature } from './queue.ts';
import { readyExperimentsFeature } from './readyExperiments.ts';
import { reportsFeature } from './reports.ts';
import { runsFeature } from './runs.ts';

/** All features, by name. */
export const features: readonly Feature[] = [
  ablationsFeature,
  bindingsFeature,
  codeActionFeature,
  codeLensFeature,
  completionFeature,
  diagnosticsFeature,
  documentsFeature,
  findWeightsFeature,
  hoverFeature,
  inlayHintFeature,
  liftWeightFeature,
  lossTermsFeature,
  panelsFeature,
  queueFeature,
  readyExperimentsFeature,
  reportsFeature,
  runsFeature,
];
