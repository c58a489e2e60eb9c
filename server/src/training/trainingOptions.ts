import { z } from 'zod';

import { optimizers } from './optimizers/registry.ts';
import { learningRateSchedules } from './schedules/registry.ts';
import { strategySchema } from './strategyOptions.ts';
import type { TrainingPlan } from './task.ts';

/** What differs from task to task in the options that all tasks share. */
export interface TrainingDefaults {
  /** Used where the config sets none. */
  readonly learningRate: number;
  /** Names of the task's parameter groups; undefined where they are known only once it is created. */
  readonly groups: readonly string[] | undefined;
  /** Names of the task's cuts; empty where it has none, undefined as for the groups. */
  readonly cuts: readonly string[] | undefined;
  /** Names of the task's losses. */
  readonly terms: readonly string[];
}

/**
 * The keys that every task's config has, to be spread into its schema:
 * `z.strictObject({ task: …, ...trainingOptions({ … }) })`. Groups, cuts and losses that the task
 * does not have are refused by name.
 */
export function trainingOptions({ learningRate, groups, cuts, terms }: TrainingDefaults) {
  return {
    optimizer: optimizerSchema(learningRate, groups)
      .prefault({})
      .describe('The rule that turns gradients into changes of the parameters.'),
    learning_rate_schedule: scheduleSchema
      .prefault({})
      .describe('How the learning rate moves over the run.'),
    gradient_clip_norm: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe(
        'The gradient is scaled down to this L2 norm where it is longer; null never scales it.',
      ),
    accumulate_steps: z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe('Mini-batches whose gradients are averaged into one step.'),
    probe: z
      .strictObject({
        cut: cutSchema(cuts)
          .nullable()
          .default(null)
          .describe(
            'Part of the parameters at which gradients are measured, which is cheaper; null measures all shared parameters.',
          ),
        halves_every: everySchema.describe(
          'Steps between two looks at the halves of a batch, which tell noise from conflict and cost about two probes; null for none.',
        ),
        statistics_every: everySchema.describe(
          'Steps between two looks at the weights and activations of each layer; null for none.',
        ),
      })
      .prefault({})
      .describe('Where and when what goes on inside is measured.'),
    evaluate_every: z
      .number()
      .int()
      .min(1)
      .default(50)
      .describe('Steps between two looks at held-out data; the last step always has one.'),
    strategy: strategySchema(terms).describe(
      'How the losses are weighed against each other: a name, or a mapping of name and options; null for the way of the task.',
    ),
  };
}

/** What the keys of `trainingOptions` hold once a schema has completed them. */
export type TrainingOptions = z.infer<z.ZodObject<ReturnType<typeof trainingOptions>>>;

/** The part of a plan that the shared options say. */
export function planTrainingOptions(
  options: TrainingOptions,
): Omit<
  TrainingPlan,
  | 'seed'
  | 'steps'
  | 'strategy'
  | 'strategyOptions'
  | 'referenceTerm'
  | 'terms'
  | 'weights'
  | 'shape'
> {
  const { optimizer, learning_rate_schedule: schedule, probe } = options;
  const [beta1, beta2] = optimizer.betas;
  const groups = Object.entries(optimizer.groups).map(
    ([name, { learning_rate_factor = 1, weight_decay = optimizer.weight_decay } = {}]) =>
      [name, { learningRateFactor: learning_rate_factor, weightDecay: weight_decay }] as const,
  );
  return {
    optimizer: {
      name: optimizer.name,
      learningRate: optimizer.learning_rate,
      momentum: optimizer.momentum,
      beta1,
      beta2,
      epsilon: optimizer.epsilon,
      weightDecay: optimizer.weight_decay,
      groups: Object.fromEntries(groups),
    },
    learningRate: {
      schedule: schedule.name,
      warmupSteps: schedule.warmup_steps,
      finalFactor: schedule.final_factor,
      milestones: schedule.milestones,
      gamma: schedule.gamma,
    },
    clipNorm: options.gradient_clip_norm ?? undefined,
    accumulate: options.accumulate_steps,
    probeCut: probe.cut ?? undefined,
    halvesEvery: probe.halves_every ?? undefined,
    statisticsEvery: probe.statistics_every ?? undefined,
    evaluateEvery: options.evaluate_every,
  };
}

/** Share of something old that is carried on: at 1 it would never end. */
const shareSchema = z.number().min(0).lt(1);
const weightDecaySchema = z.number().min(0);
const everySchema = z.number().int().min(1).nullable().default(null);

function optimizerSchema(learningRate: number, groups: readonly string[] | undefined) {
  const groupSchema = z.strictObject({
    learning_rate_factor: z
      .number()
      .min(0)
      .optional()
      .describe('Multiplies the learning rate of this group; 0 freezes it.'),
    weight_decay: weightDecaySchema
      .optional()
      .describe('For this group, instead of the optimizer’s own.'),
  });
  const byGroup = groups?.map(
    (name) =>
      [
        name,
        groupSchema.optional().describe(`What differs for the parameters of ${name}.`),
      ] as const,
  );
  const groupsSchema = byGroup
    ? z.strictObject(Object.fromEntries(byGroup))
    : z.record(z.string(), groupSchema.describe('What differs for the parameters of this group.'));
  return z.strictObject({
    name: z
      .enum(optimizers.map(({ name }) => name))
      .default('adam')
      .describe('Which optimizer.'),
    learning_rate: z
      .number()
      .positive()
      .default(learningRate)
      .describe('Size of the steps, before the schedule.'),
    momentum: shareSchema
      .default(0)
      .describe('Share of the last change that is carried on; for sgd alone.'),
    betas: z
      .tuple([shareSchema, shareSchema])
      .default([0.9, 0.999])
      .describe(
        'Shares of the old that the averages of gradients and of their squares keep, for adam and adamw; the defaults are the paper’s.',
      ),
    epsilon: z
      .number()
      .positive()
      .default(1e-8)
      .describe('Keeps adam and adamw from dividing by 0.'),
    weight_decay: weightDecaySchema
      .default(0)
      .describe(
        'Pulls the parameters towards 0: an L2 penalty for adam and sgd, decoupled for adamw.',
      ),
    groups: groupsSchema
      .prefault({})
      .describe('Groups of parameters that are trained otherwise than the rest.'),
  });
}

const milestonesSchema = z
  .array(z.number().int().min(1))
  .refine(
    (steps) => steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0)),
    'milestones must rise, each later than the one before it',
  );

const scheduleSchema = z
  .strictObject({
    name: z
      .enum(learningRateSchedules.map(({ name }) => name))
      .default('constant')
      .describe('Which course the learning rate takes after the warm-up.'),
    warmup_steps: z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe('Steps over which the rate rises in a straight line before the schedule begins.'),
    final_factor: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Where cosine and linear end, as a factor of the learning rate.'),
    milestones: milestonesSchema
      .default([])
      .describe('For the schedule step: the steps after which the rate is multiplied by gamma.'),
    gamma: z
      .number()
      .positive()
      .default(0.1)
      .describe('For the schedule step: what the rate is multiplied by at each milestone.'),
  })
  .refine(({ name, milestones }) => name !== 'step' || milestones.length > 0, {
    path: ['milestones'],
    message: 'the schedule step needs milestones, the steps after which it multiplies by gamma',
  });

function cutSchema(cuts: readonly string[] | undefined) {
  if (!cuts) return z.string().min(1);
  const message =
    cuts.length === 0
      ? 'this task has no cut; leave it out to probe all parameters'
      : `the cuts of this task are ${cuts.join(', ')}; leave it out to probe all parameters`;
  return z.enum([...cuts], message);
}
