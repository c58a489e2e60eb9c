import { z } from 'zod';

/** An experiment that the task of a config has ready, as pickers offer it. */
export const readyExperimentSchema = z.object({
  name: z.string(),
  title: z.string(),
  /** What it answers. */
  question: z.string(),
  /** The baseline included; 0 where it cannot be done. */
  variants: z.number().int(),
  runs: z.number().int(),
  /** What all runs will take by what earlier ones took, where there are some. */
  seconds: z.number().optional(),
  /** Why it cannot be done with the config as it is. */
  problem: z.string().optional(),
});
export type ReadyExperiment = z.infer<typeof readyExperimentSchema>;

export const readyExperimentsAnswerSchema = z.object({
  experiments: z.array(readyExperimentSchema),
});
export type ReadyExperimentsAnswer = z.infer<typeof readyExperimentsAnswerSchema>;
