import { z } from 'zod';

import { ablationKindNameSchema } from '../model/ablationRequest.ts';
import { taskChoicesSchema } from '../model/taskChoices.ts';

/** The loss terms of a config with their current weights, and what else can be varied, for pickers. */
export const lossTermsAnswerSchema = z.object({
  terms: z.array(
    z.object({
      name: z.string(),
      weight: z.number().optional(),
      line: z.number(),
      /** Which kinds make an experiment of it as the weights are now. */
      kinds: z.array(ablationKindNameSchema),
      /** Why its weight cannot be varied at all, where it cannot. */
      problem: z.string().optional(),
    }),
  ),
  /** What else the task of the config may choose; absent for a program of the user's own. */
  choices: taskChoicesSchema.optional(),
  /** The named sets of counterweight.yaml, with how many requests each has. */
  sets: z.array(z.object({ name: z.string(), requests: z.number().int() })).optional(),
  /** The metrics that decide, where counterweight.yaml names some. */
  metrics: z.array(z.string()).optional(),
});
export type LossTermsAnswer = z.infer<typeof lossTermsAnswerSchema>;
