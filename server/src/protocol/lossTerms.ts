import { z } from 'zod';

/** The loss terms of a config with their current weights, for pickers. */
export const lossTermsAnswerSchema = z.object({
  terms: z.array(z.object({ name: z.string(), weight: z.number().optional(), line: z.number() })),
});
export type LossTermsAnswer = z.infer<typeof lossTermsAnswerSchema>;
