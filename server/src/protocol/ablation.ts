import { z } from 'zod';

import {
  ablationArmRunSchema,
  ablationReportSchema,
  ablationRequestSchema,
} from '../model/ablation.ts';
import { runStateSchema } from '../model/run.ts';

export const startAblationSchema = z.object({
  configUri: z.string(),
  request: ablationRequestSchema,
  /** The command line that the user has agreed to, where the config is trained by a command. */
  confirmed: z.array(z.string()).optional(),
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
