import { z } from 'zod';

export const ablationKindNameSchema = z.enum(['without', 'only', 'scale', 'set']);
export type AblationKindName = z.infer<typeof ablationKindNameSchema>;

const nameSchema = z.string().min(1);
const namesSchema = z.array(nameSchema).min(1);

/** How a sweep or a search stops what has no hope. */
const halvingRequestSchema = z.strictObject({
  metric: nameSchema
    .optional()
    .describe(
      'The metric that decides; the first of ablation.metrics where this is left out. It must not be the total, whose scale the weights change.',
    ),
  better: z
    .enum(['lower', 'higher'])
    .optional()
    .describe('Which way the metric is better; by its name where this is left out.'),
  reduction: z
    .number()
    .int()
    .min(2)
    .optional()
    .describe('At each look about one in so many variants goes on; 3 where this is left out.'),
});
export type HalvingRequest = z.infer<typeof halvingRequestSchema>;

const halving = {
  halving: halvingRequestSchema
    .optional()
    .describe('Stops variants early that others of the same seed have left behind.'),
};

/** The keys of each kind of request, without how often and how long it is run. */
const weightKeys = {
  kind: ablationKindNameSchema.describe(
    'without sets the weight to 0, only those of all others; scale multiplies it, set replaces it.',
  ),
  term: nameSchema.describe('The loss term.'),
  value: z.number().optional().describe('The factor of scale, the weight of set.'),
};
const sweepKeys = {
  kind: z.literal('sweep').describe('One variant for each weight; of several terms, a grid.'),
  weights: z
    .record(z.string(), z.array(z.number()).min(1))
    .describe('The weights to try, by loss term.'),
};
const searchKeys = {
  kind: z
    .literal('search')
    .describe('Weights drawn at random, each even on a logarithmic scale between two bounds.'),
  weights: z
    .record(z.string(), z.tuple([z.number(), z.number()]))
    .describe('Lowest and highest weight, by loss term; both above 0.'),
  trials: z.number().int().min(1).describe('How many variants are drawn.'),
  draw: z.number().int().optional().describe('Seed of the drawing; 0 where this is left out.'),
};
const strategyKeys = {
  kind: z.literal('strategy').describe('The weights as they are against balancing strategies.'),
  names: namesSchema.describe('The strategies, each with its own defaults.'),
};
const lossKeys = {
  kind: z.literal('loss').describe('The form of a loss against others.'),
  names: namesSchema.describe('The forms, each with its own defaults.'),
  key: nameSchema
    .optional()
    .describe('The key of the config that names the form, where there are several.'),
};
const scheduleKeys = {
  kind: z.literal('schedule').describe('How the learning rate, or a loss weight, moves.'),
  names: namesSchema.describe('The schedules, each with its own defaults.'),
  term: nameSchema
    .optional()
    .describe('The loss term whose weight moves; the learning rate where this is left out.'),
};
const modeKeys = {
  kind: z.literal('mode').describe('Whether the losses train at once, in two stages, or in turn.'),
  names: namesSchema.describe('The modes to compare with that of the config.'),
};
const shuffleKeys = {
  kind: z
    .literal('shuffle')
    .describe('Each condition shuffled over the samples: is it used at all?'),
  keys: namesSchema.optional().describe('The keys that shuffle; all that there are otherwise.'),
};
const readyKeys = {
  kind: z.literal('ready').describe('An experiment that the task has ready.'),
  name: nameSchema.describe('Its name.'),
};

/** One request of a named set; how often and how long is said once, for all. */
export const setMemberSchema = z.discriminatedUnion('kind', [
  z.strictObject(weightKeys),
  z.strictObject(sweepKeys),
  z.strictObject(searchKeys),
  z.strictObject(strategyKeys),
  z.strictObject(lossKeys),
  z.strictObject(scheduleKeys),
  z.strictObject(modeKeys),
  z.strictObject(shuffleKeys),
  z.strictObject(readyKeys),
]);
export type SetMember = z.infer<typeof setMemberSchema>;

const howOften = {
  seeds: z.array(z.number().int()).min(1).optional(),
  steps: z.number().int().positive().optional(),
};

/** One weight, or all but one, set to something else. */
const weightAblationRequestSchema = z.object({ ...weightKeys, ...howOften });
export type WeightAblationRequest = z.infer<typeof weightAblationRequestSchema>;

const sweepRequestSchema = z.object({ ...sweepKeys, ...halving, ...howOften });
const searchRequestSchema = z.object({ ...searchKeys, ...halving, ...howOften });
const strategyRequestSchema = z.object({ ...strategyKeys, ...howOften });
const lossRequestSchema = z.object({ ...lossKeys, ...howOften });
const scheduleRequestSchema = z.object({ ...scheduleKeys, ...howOften });
const modeRequestSchema = z.object({ ...modeKeys, ...howOften });
const shuffleRequestSchema = z.object({ ...shuffleKeys, ...howOften });

/** An experiment that the config's task has ready, by its name. */
const readyAblationRequestSchema = z.object({ ...readyKeys, ...howOften });
export type ReadyAblationRequest = z.infer<typeof readyAblationRequestSchema>;

/** A set of `ablation.sets` in counterweight.yaml, by its name: all of its requests as one. */
const namedSetRequestSchema = z.object({
  kind: z.literal('named'),
  name: nameSchema,
  ...halving,
  ...howOften,
});

/** What a person asks for with one click. */
export const ablationRequestSchema = z.discriminatedUnion('kind', [
  weightAblationRequestSchema,
  sweepRequestSchema,
  searchRequestSchema,
  strategyRequestSchema,
  lossRequestSchema,
  scheduleRequestSchema,
  modeRequestSchema,
  shuffleRequestSchema,
  readyAblationRequestSchema,
  namedSetRequestSchema,
]);
export type AblationRequest = z.infer<typeof ablationRequestSchema>;

/** A request of which a kind makes several variants, or one that is more than weights. */
export type VariantRequest = Exclude<
  SetMember,
  { readonly kind: AblationKindName } | { readonly kind: 'ready' }
>;

/** Whether nothing but weights differs between the arms. */
export function isOfWeights({ kind }: AblationRequest): boolean {
  const others: readonly AblationRequest['kind'][] = ['sweep', 'search'];
  return ablationKindNameSchema.safeParse(kind).success || others.includes(kind);
}
