import { z } from 'zod';

import { ablationSummarySchema, queueSummarySchema } from './ablation.ts';
import { commandLineSchema } from './commandLine.ts';

/**
 * Names of the messages between extension and server beyond the LSP. Each is declared once, here,
 * and its payload is parsed by the schema beside it on arrival.
 */
export const requests = {
  /** {configUri} → started */
  startRun: 'counterweight/startRun',
  /** {id} of a run that ended early → started */
  resumeRun: 'counterweight/resumeRun',
  /** {id} of a run or an ablation → null */
  cancel: 'counterweight/cancel',
  /** StartAblation → started */
  startAblation: 'counterweight/startAblation',
  /** StartAblation → ExperimentPlanAnswer; starts nothing */
  planAblation: 'counterweight/planAblation',
  /** ResumeAblation → started */
  resumeAblation: 'counterweight/resumeAblation',
  /** {id, to} → null */
  moveAblation: 'counterweight/moveAblation',
  /** {id} → {problem?} */
  clearAblation: 'counterweight/clearAblation',
  /** {paused} → null */
  pauseQueue: 'counterweight/pauseQueue',
  /** {id} → {report?} */
  ablationReport: 'counterweight/ablationReport',
  /** {id, format} → ExportReportAnswer */
  exportReport: 'counterweight/exportReport',
  /** {id, metrics} → {problem?} */
  pickMetrics: 'counterweight/pickMetrics',
  /** {id, variant} → ApplyVariantAnswer */
  applyVariant: 'counterweight/applyVariant',
  /** {configUri, term} → TermMetricsAnswer */
  termMetrics: 'counterweight/termMetrics',
  /** {configUri, correction} → CorrectionAnswer */
  correctBinding: 'counterweight/correctBinding',
  /** FindWeights → FoundWeights */
  findWeights: 'counterweight/findWeights',
  /** {configUri} → LossTermsAnswer */
  lossTerms: 'counterweight/lossTerms',
  /** {configUri} → ReadyExperimentsAnswer */
  readyExperiments: 'counterweight/readyExperiments',
  /** null → {runs} */
  listRuns: 'counterweight/listRuns',
  /** null → {ablations, queue} */
  listAblations: 'counterweight/listAblations',
} as const;

export const notifications = {
  /** To the client: RunProgress. */
  runProgress: 'counterweight/runProgress',
  /** To the client: {runs}. */
  runsChanged: 'counterweight/runsChanged',
  /** To the client: {ablations, queue}. */
  ablationsChanged: 'counterweight/ablationsChanged',
  /** To the client: TrendsMessage. */
  trends: 'counterweight/trends',
  /** To the server: TrendsView; a panel is open, or (with `open: false`) closed. */
  trendsView: 'counterweight/trendsView',
  /** To the server: TrendsRange; a page of a panel was zoomed. */
  trendsRange: 'counterweight/trendsRange',
  /** To the server: {} when the user has trusted the workspace. */
  trustGranted: 'counterweight/trustGranted',
} as const;

/** What the client tells at start. */
export const initializationOptionsSchema = z.object({
  trusted: z.boolean(),
  settings: z.unknown().optional(),
});

/**
 * Answer to a request that starts something: its id, or in words why not, or a command line to
 * show to the user first (the request comes again with it as `confirmed`).
 */
export const startedSchema = z.union([
  z.object({ id: z.string() }),
  z.object({ confirm: commandLineSchema }),
  z.object({ problem: z.string() }),
]);
export type Started = z.infer<typeof startedSchema>;

export const idSchema = z.object({ id: z.string() });
export const problemAnswerSchema = z.object({ problem: z.string().optional() });
export const ablationsMessageSchema = z.object({
  ablations: z.array(ablationSummarySchema),
  queue: queueSummarySchema,
});
