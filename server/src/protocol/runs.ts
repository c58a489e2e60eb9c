import { z } from 'zod';

import { filePlaceSchema } from '../model/filePlace.ts';
import { jsonNumberSchema } from '../model/number.ts';
import { runStateSchema } from '../model/run.ts';
import { commandLineSchema } from './commandLine.ts';

/** A run as lists show it. */
export const runSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Folder or file of the run, absolute. */
  path: z.string(),
  /** URIs of the configs it is bound to. */
  configUris: z.array(z.string()),
  /** `watched` for logs that somebody else wrote. */
  engine: z.enum(['task', 'command', 'watched']),
  /** Absent for watched logs, whose state nobody tells us. */
  state: runStateSchema.optional(),
  step: z.number().optional(),
  steps: z.number().optional(),
  loss: jsonNumberSchema.optional(),
  backend: z.string().optional(),
  backendReason: z.string().optional(),
  startedAt: z.number().optional(),
  reason: z.string().optional(),
  /** Where in the user's files it went wrong. */
  place: filePlaceSchema.optional(),
  ablation: z.string().optional(),
  /** What a person should know of it and is no failure, oldest first. */
  notices: z.array(z.string()).optional(),
  /** The step from which it can be resumed; absent where it cannot. */
  resumableFrom: z.number().optional(),
  points: z.number(),
  /** Parts of its logs that could not be read. */
  skipped: z.object({ count: z.number(), examples: z.array(z.string()) }),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

export const runsMessageSchema = z.object({ runs: z.array(runSummarySchema) });

/** Progress of one run started here, sent at most four times a second. */
export const runProgressSchema = z.object({
  runId: z.string(),
  title: z.string(),
  configUri: z.string(),
  state: runStateSchema,
  step: z.number(),
  steps: z.number().optional(),
  loss: jsonNumberSchema.optional(),
  backend: z.string().optional(),
  reason: z.string().optional(),
  /** Where in the user's files it went wrong. */
  place: filePlaceSchema.optional(),
  ablation: z.string().optional(),
  resumableFrom: runSummarySchema.shape.resumableFrom,
});
export type RunProgress = z.infer<typeof runProgressSchema>;

/** Starts a run of a config. `confirmed` is what the user has agreed to run. */
export const startRunSchema = z.object({
  configUri: z.string(),
  confirmed: commandLineSchema.optional(),
});
export type StartRun = z.infer<typeof startRunSchema>;
