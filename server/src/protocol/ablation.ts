import { z } from 'zod';

import { ablationArmRunSchema, ablationReportSchema } from '../model/ablation.ts';
import { ablationRequestSchema } from '../model/ablationRequest.ts';
import { runStateSchema } from '../model/run.ts';
import { commandLineSchema } from './commandLine.ts';

export const startAblationSchema = z.object({
  configUri: z.string(),
  request: ablationRequestSchema,
  /** What the user has agreed to run, where the config is trained by a command. */
  confirmed: commandLineSchema.optional(),
});
export type StartAblation = z.infer<typeof startAblationSchema>;

/** An experiment as lists and notifications show it. */
export const ablationSummarySchema = z.object({
  id: z.string(),
  title: z.string(),
  configUri: z.string(),
  state: runStateSchema,
  /** `label` is the variant's, for people. */
  runs: z.array(ablationArmRunSchema.extend({ label: z.string() })),
  createdAt: z.number(),
  reason: z.string().optional(),
  /** Another window runs it; here it can be looked at. */
  elsewhere: z.literal(true).optional(),
  /** The window that ran it is gone since then, about, and left some of it undone. */
  interruptedAt: z.number().optional(),
  /** It has ended, and runs of it that did not finish can be run again. */
  canGoOn: z.literal(true).optional(),
  /** Its place in the queue, the next at 0; of an interrupted one, where it stood. */
  rank: z.number().optional(),
  /** About how long it takes yet, by the runs of it that have finished. */
  secondsLeft: z.number().optional(),
});
export type AblationSummary = z.infer<typeof ablationSummarySchema>;

/** The queue of runs as a whole. */
export const queueSummarySchema = z.object({
  paused: z.boolean(),
  waiting: z.number(),
  running: z.number(),
});
export type QueueSummary = z.infer<typeof queueSummarySchema>;

/** Lets an experiment go on that was interrupted, or whose runs did not all finish. */
export const resumeAblationSchema = z.object({
  id: z.string(),
  /** What the user has agreed to run, where it is trained by a command. */
  confirmed: commandLineSchema.optional(),
});
export type ResumeAblation = z.infer<typeof resumeAblationSchema>;

export const moveAblationSchema = z.object({ id: z.string(), to: z.enum(['earlier', 'later']) });
export const pauseQueueSchema = z.object({ paused: z.boolean() });

export const ablationReportAnswerSchema = z.object({ report: ablationReportSchema.optional() });
