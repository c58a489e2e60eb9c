import { z } from 'zod';

import type { ConfigNode } from '../../syntax/configTree.ts';
import { findNode } from '../../syntax/configTree.ts';
import { planStrategy } from '../strategyOptions.ts';
import type { TaskOutline, TermDeclaration, TrainingPlan } from '../task.ts';
import { planTrainingOptions, trainingOptions } from '../trainingOptions.ts';

/** The key under which the weights stand, one for each loss. */
export const weightsKey = 'loss_weights';

const weightSchema = z.number().min(0);
/** A weight of a loss whose task has not been loaded. */
const anyWeightSchema = weightSchema.describe('Weight of this loss; 0 leaves it out.');

/**
 * The config of a user's task. Its parameter groups and cuts are known only once it is created.
 *
 * @param terms the losses that the module declares; undefined where it has not been loaded, and the
 *   weights in the config say which there are
 */
export function userTaskSchema(terms: readonly string[] | undefined, known: readonly string[]) {
  const weights: z.ZodType<Record<string, number>> = terms
    ? z.strictObject(
        Object.fromEntries(
          terms.map((name) => [
            name,
            weightSchema.describe(`Weight of the loss ${name}; 0 leaves it out.`),
          ]),
        ),
        { error: ({ input }) => missingWeights(input, terms) },
      )
    : z.record(z.string(), anyWeightSchema);
  return z.strictObject({
    task: z
      .string()
      .describe(
        'The module that says what is trained: a path as seen from the folder of this config.',
      ),
    seed: z
      .number()
      .int()
      .default(0)
      .describe('Decides the initial parameters and the order of the data.'),
    steps: z.number().int().min(1).default(1000).describe('Steps of the optimizer in the run.'),
    [weightsKey]: weights.describe(
      'The weight of every loss that the module declares; 0 leaves one out.',
    ),
    options: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Handed to the module as it stands: sizes, choices, whatever create reads.'),
    ...trainingOptions({ learningRate: 0.001, groups: undefined, cuts: undefined, terms: known }),
  });
}
export type UserTaskConfig = z.infer<ReturnType<typeof userTaskSchema>>;

function missingWeights(input: unknown, terms: readonly string[]): string | undefined {
  if (input !== undefined && input !== null) return undefined;
  return `it must give each loss of the task its weight: ${terms.join(', ')}`;
}

/** @param shape what the cost of a step depends on, beside the options of the config */
export function planUserTask(
  config: UserTaskConfig,
  terms: readonly string[],
  shape: string,
): TrainingPlan {
  return {
    seed: config.seed,
    steps: config.steps,
    ...planTrainingOptions(config),
    ...planStrategy(config.strategy, 'fixed'),
    referenceTerm: terms[0] ?? '',
    terms,
    weights: terms.map((name) => config[weightsKey][name] ?? 0),
    shape: `${shape}, options ${JSON.stringify(config.options)}`,
  };
}

export function declareTerms(
  terms: readonly { readonly name: string; readonly description: string }[],
): readonly TermDeclaration[] {
  return terms.map(({ name, description }) => ({
    name,
    description,
    weightPath: [weightsKey, name],
  }));
}

/**
 * What the config of a user's task says of it by itself: its module is never loaded where configs
 * are read, so the losses are those that the config weighs.
 */
export function outlineUserTask(root: ConfigNode | undefined): TaskOutline<UserTaskConfig> {
  const weights = findNode(root, [weightsKey]);
  const names = weights?.kind === 'mapping' ? weights.entries.map(({ key }) => key) : [];
  const description = 'A loss of your own task; its module says what it is.';
  return {
    name: 'a task of your own',
    description: 'A task of your own: its module says what is trained.',
    configSchema: userTaskSchema(undefined, names),
    terms: declareTerms(names.map((name) => ({ name, description }))),
    sharedGroup: '',
    aliases: {},
    plan: (config) => planUserTask(config, names, ''),
  };
}
