import { z } from 'zod';

/** A term of a config. */
export const termArgumentSchema = z.object({ configUri: z.string(), term: z.string() });
export type TermArgument = z.infer<typeof termArgumentSchema>;

/** The metrics that a term may be logged as, the likeliest first. */
export const termMetricsAnswerSchema = z.object({
  /** Name of the run that logs them; absent where no run of the config is known. */
  run: z.string().optional(),
  metrics: z.array(
    z.object({
      name: z.string(),
      /** From 0 to 1. */
      likeness: z.number(),
      /** Whether the term is taken to be logged as this one now. */
      bound: z.boolean(),
    }),
  ),
});
export type TermMetricsAnswer = z.infer<typeof termMetricsAnswerSchema>;

/** What a person says of a config. */
export const correctionSchema = z.object({
  configUri: z.string(),
  correction: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('metric'), term: z.string(), metric: z.string().min(1) }),
    /** A folder or file, absolute, in which runs of the config appear. */
    z.object({ kind: z.literal('logs'), path: z.string().min(1) }),
  ]),
});

const positionSchema = z.object({ line: z.number(), character: z.number() });

/** A change of `counterweight.yaml` for the editor to make, or in words why there is none. */
export const correctionAnswerSchema = z.union([
  z.object({
    /** Absolute. */
    path: z.string(),
    isNew: z.boolean(),
    range: z.object({ start: positionSchema, end: positionSchema }),
    newText: z.string(),
  }),
  z.object({ problem: z.string() }),
]);
export type CorrectionAnswer = z.infer<typeof correctionAnswerSchema>;
