import { z } from 'zod';

import type { TrainingPlan } from '../task.ts';

const flowMatching = ['model', 'transformer', 'editor', 'flow_matching'] as const;

/** Where the config sets the weights of the two losses. */
export const velocityWeightPath = [...flowMatching, 'velocity_loss_weight'] as const;
export const renderWeightPath = [...flowMatching, 'render_loss_weight'] as const;

const weightSchema = z.number().min(0);
const widthSchema = z.number().int().min(1).max(4096);

const flowMatchingSchema = z.strictObject({
  velocity_loss_weight: weightSchema.default(1),
  render_loss_weight: weightSchema.default(1),
  normalize_losses: z.boolean().default(false),
  time_sampling: z.enum(['uniform', 'logit-normal']).default('uniform'),
});

const editorSchema = z.strictObject({
  use_flow_matching: z.literal(true).default(true),
  width: widthSchema.default(64),
  flow_matching: flowMatchingSchema.prefault({}),
});

/** The config of `flow-edit`, in the shape of seed 001; only `task` is required. */
export const flowEditConfigSchema = z.strictObject({
  task: z.literal('flow-edit'),
  seed: z.number().int().default(0),
  steps: z.number().int().min(1).default(600),
  batch_size: z.number().int().min(1).max(65536).default(128),
  optimizer: z
    .strictObject({
      name: z.enum(['adam', 'sgd']).default('adam'),
      learning_rate: z.number().positive().default(0.002),
    })
    .prefault({}),
  model: z
    .strictObject({
      transformer: z.strictObject({ editor: editorSchema.prefault({}) }).prefault({}),
      renderer: z.strictObject({ width: widthSchema.default(64) }).prefault({}),
    })
    .prefault({}),
});
export type FlowEditConfig = z.infer<typeof flowEditConfigSchema>;

export function planFlowEdit(config: FlowEditConfig): TrainingPlan {
  const { editor } = config.model.transformer;
  const { flow_matching } = editor;
  return {
    seed: config.seed,
    steps: config.steps,
    optimizer: { name: config.optimizer.name, learningRate: config.optimizer.learning_rate },
    strategy: flow_matching.normalize_losses ? 'normalised' : 'fixed',
    referenceTerm: 'render',
    weights: [flow_matching.velocity_loss_weight, flow_matching.render_loss_weight],
    shape: `batch ${config.batch_size}, editor ${editor.width}, renderer ${config.model.renderer.width}`,
  };
}
