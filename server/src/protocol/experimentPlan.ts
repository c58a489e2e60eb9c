import { z } from 'zod';

import { commandLineSchema } from './commandLine.ts';

/** An experiment as it is shown before it runs. */
export const experimentPlanSchema = z.object({
  title: z.string(),
  /** What it answers, where it is a ready-made one. */
  question: z.string().optional(),
  runs: z.number().int(),
  /** What it will take by past runs of its config; absent where none has finished. */
  seconds: z.number().optional(),
  /** Whether it trains a program or a task of the user's own, which may take any time. */
  isOwn: z.boolean(),
  /** What it takes and what was left out, a sentence each. */
  lines: z.array(z.string()),
  /** What is compared with the config as it is; each with its unified diff. */
  variants: z.array(z.object({ label: z.string(), diff: z.string() })),
});
export type ExperimentPlan = z.infer<typeof experimentPlanSchema>;

/** The plan, with the command line that is started only once the user has seen it, or in words why it cannot be done. */
export const experimentPlanAnswerSchema = z.union([
  z.object({ plan: experimentPlanSchema, command: commandLineSchema.optional() }),
  z.object({ problem: z.string() }),
]);
export type ExperimentPlanAnswer = z.infer<typeof experimentPlanAnswerSchema>;
