import { z } from 'zod';

import { lossChoices, lossSchema } from '../../lossOptions.ts';
import { describeNamed, namedOptionsSchema } from '../../namedOptions.ts';
import { planStrategy } from '../../strategyOptions.ts';
import type { TaskChoice, TrainingPlan } from '../../task.ts';
import { timeSamplings } from '../../timeSampling.ts';
import { planTrainingOptions, trainingOptions } from '../../trainingOptions.ts';
import {
  renderLayouts,
  renderLossNames,
  velocityLayouts,
  velocityLossNames,
} from './flowEditLosses.ts';

const flowMatching = ['model', 'transformer', 'editor', 'flow_matching'] as const;

/** Where the config sets the weights of the two losses. */
export const velocityWeightPath = [...flowMatching, 'velocity_loss_weight'] as const;
export const renderWeightPath = [...flowMatching, 'render_loss_weight'] as const;

/** The parameters that are trained: both losses reach `velocity`, the render loss alone `renderer`. */
export const flowEditGroups = ['velocity', 'renderer'] as const;
/** The losses, in the order of their weights in the plan. */
export const flowEditTerms = ['velocity', 'render'] as const;
/** The last layer of the velocity network, the last block that both losses share. */
export const flowEditCuts = ['velocity-head'] as const;

/** What else a config may choose by name. */
export const flowEditChoices: readonly TaskChoice[] = [
  { path: [...flowMatching, 'time_sampling'], choices: timeSamplings },
  { path: [...flowMatching, 'velocity_loss'], choices: lossChoices(velocityLossNames) },
  { path: [...flowMatching, 'render_loss'], choices: lossChoices(renderLossNames) },
];

const weightSchema = z.number().min(0);
const widthSchema = z.number().int().min(1).max(4096);

const flowMatchingSchema = z.strictObject({
  velocity_loss_weight: weightSchema
    .default(1)
    .describe('Weight of the error of the predicted velocity, the loss velocity.'),
  render_loss_weight: weightSchema
    .default(1)
    .describe(
      'Weight of the difference between the rendered edit and the target picture, the loss render.',
    ),
  normalize_losses: z
    .boolean()
    .default(false)
    .describe(
      'Scales the velocity loss to the value of the render loss; the same as the strategy normalised.',
    ),
  time_sampling: namedOptionsSchema(timeSamplings)
    .prefault('uniform')
    .describe('Where on the path from the latent to its edit the velocity is learnt.'),
  velocity_loss: lossSchema(velocityLossNames, velocityLayouts).describe(
    'How the predicted velocity is compared with its target: a name, or a mapping of name and options; null for the mean squared error.',
  ),
  render_loss: lossSchema(renderLossNames, renderLayouts).describe(
    'How the rendered edit is compared with the target picture: a name, or a mapping of name and options; null for the mean squared error with a tenth of the perceptual loss.',
  ),
});

const editorSchema = z.strictObject({
  use_flow_matching: z.literal(true).default(true).describe('This task always does.'),
  width: widthSchema.default(64).describe('Units of each hidden layer of the editor.'),
  flow_matching: flowMatchingSchema.prefault({}).describe('The two losses of the editor.'),
});

/** The config of `flow-edit`, in the shape of seed 001; only `task` is required. */
export const flowEditConfigSchema = z
  .strictObject({
    task: z.literal('flow-edit').describe('The built-in task that this config is for.'),
    seed: z
      .number()
      .int()
      .default(0)
      .describe('Decides the initial parameters and the order of the data.'),
    steps: z.number().int().min(1).default(600).describe('Steps of the optimizer in the run.'),
    batch_size: z
      .number()
      .int()
      .min(1)
      .max(65536)
      .default(128)
      .describe('Samples in a mini-batch.'),
    ...trainingOptions({
      learningRate: 0.002,
      groups: flowEditGroups,
      cuts: flowEditCuts,
      terms: flowEditTerms,
    }),
    model: z
      .strictObject({
        transformer: z
          .strictObject({
            editor: editorSchema.prefault({}).describe('The network that learns the velocity.'),
          })
          .prefault({})
          .describe('The part that edits latents.'),
        renderer: z
          .strictObject({
            width: widthSchema.default(64).describe('Units of each hidden layer of the renderer.'),
          })
          .prefault({})
          .describe('The network that turns latents into pictures.'),
      })
      .prefault({})
      .describe('The networks and the weights of their losses.'),
  })
  .refine(
    ({ strategy, model }) =>
      strategy === null ||
      strategy.name === 'normalised' ||
      !model.transformer.editor.flow_matching.normalize_losses,
    {
      path: ['strategy'],
      message: 'normalize_losses: true asks for the strategy normalised; set one of the two',
    },
  );
export type FlowEditConfig = z.infer<typeof flowEditConfigSchema>;

export function planFlowEdit(config: FlowEditConfig): TrainingPlan {
  const { editor } = config.model.transformer;
  const { flow_matching } = editor;
  return {
    seed: config.seed,
    steps: config.steps,
    ...planTrainingOptions(config),
    ...planStrategy(config.strategy, flow_matching.normalize_losses ? 'normalised' : 'fixed'),
    referenceTerm: 'render',
    terms: flowEditTerms,
    weights: [flow_matching.velocity_loss_weight, flow_matching.render_loss_weight],
    shape: [
      `batch ${config.batch_size}`,
      `editor ${editor.width}`,
      `renderer ${config.model.renderer.width}`,
      ...chosenForms(flow_matching),
    ].join(', '),
  };
}

/** What the config chose beside the forms that the task has by itself. */
function chosenForms(flow: z.infer<typeof flowMatchingSchema>): readonly string[] {
  const { velocity_loss, render_loss, time_sampling } = flow;
  return [
    ...(velocity_loss ? [`velocity loss ${describeNamed(velocity_loss)}`] : []),
    ...(render_loss ? [`render loss ${describeNamed(render_loss)}`] : []),
    ...(time_sampling.name === 'uniform' ? [] : [`times ${describeNamed(time_sampling)}`]),
  ];
}
