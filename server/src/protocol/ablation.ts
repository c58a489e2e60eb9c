import { z } from 'zod';

import {
  ablationArmRunSchema,
  ablationReportSchema,
  ablationRequestSchema,
} from '../model/ablation.ts';
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
  runs: z.array(ablationArmRunSchema),
  createdAt: z.number(),
  reason: z.string().optional(),
});
export type AblationSummary = z.infer<typeof ablationSummarySchema>;

export const ablationReportAnswerSchema = z.object({ report: ablationReportSchema.optional() });
