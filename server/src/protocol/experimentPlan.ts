import { z } from 'zod';

/** An experiment as it is shown before it runs. */
export const experimentPlanSchema = z.object({
  title: z.string(),
  /** What it answers, where it is a ready-made one. */
  question: z.string().optional(),
  runs: z.number().int(),
  /** What it takes and what was left out, a sentence each. */
  lines: z.array(z.string()),
  /** What is compared with the config as it is; each with its unified diff. */
  variants: z.array(z.object({ label: z.string(), diff: z.string() })),
});
export type ExperimentPlan = z.infer<typeof experimentPlanSchema>;

/** The plan, or in words why it cannot be done. */
export const experimentPlanAnswerSchema = z.union([
  z.object({ plan: experimentPlanSchema }),
  z.object({ problem: z.string() }),
]);
export type ExperimentPlanAnswer = z.infer<typeof experimentPlanAnswerSchema>;
