import { z } from 'zod';

import { ablationKindNameSchema } from '../model/ablationRequest.ts';

/** Commands that the server's lenses, hovers and actions call in the client, with their arguments. */
export const clientCommands = {
  runTraining: 'counterweight.runTraining',
  ablate: 'counterweight.ablate',
  runExperiment: 'counterweight.runExperiment',
  openTrends: 'counterweight.openTrends',
  bindTerm: 'counterweight.bindTerm',
  bindRuns: 'counterweight.bindRuns',
} as const;

/** Commands that the server carries out itself, so that every editor has them. */
export const serverCommands = {
  /** Makes a number in a program an option. Takes the config and the term. */
  liftWeight: 'counterweight.liftWeight',
} as const;

export const configArgumentSchema = z.object({ configUri: z.string() });

/** Argument of `counterweight.bindTerm`; without a term one is picked. */
export const bindTermArgumentSchema = z.object({
  configUri: z.string(),
  term: z.string().optional(),
});
export type BindTermArgument = z.infer<typeof bindTermArgumentSchema>;

const askedKindSchema = z.enum([
  ...ablationKindNameSchema.options,
  'sweep',
  'search',
  'strategy',
  'loss',
  'schedule',
  'mode',
  'shuffle',
  'named',
]);

/** Argument of `counterweight.ablate`; what is missing is asked for. */
export const ablateArgumentSchema = z.object({
  configUri: z.string(),
  kind: askedKindSchema.optional(),
  term: z.string().optional(),
  value: z.number().optional(),
});
export type AblateArgument = z.infer<typeof ablateArgumentSchema>;

/** Argument of `counterweight.runExperiment`; without a name one is picked. */
export const experimentArgumentSchema = z.object({
  configUri: z.string(),
  name: z.string().optional(),
});
export type ExperimentArgument = z.infer<typeof experimentArgumentSchema>;
