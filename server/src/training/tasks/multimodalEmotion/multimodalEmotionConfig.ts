import { z } from 'zod';

import { lossChoices, lossSchema } from '../../lossOptions.ts';
import { describeNamed, type NamedOptions } from '../../namedOptions.ts';
import { planStrategy } from '../../strategyOptions.ts';
import type { TaskChoice, TermDeclaration, TrainingPlan } from '../../task.ts';
import { planTrainingOptions, trainingOptions } from '../../trainingOptions.ts';
import {
  classificationLayouts,
  classificationLossNames,
  classificationProblem,
  classWeightNames,
  contrastiveLossNames,
  gateLossNames,
  reconstructionLossNames,
  reconstructionSchema,
} from './multimodalEmotionLosses.ts';
import { emotions, modalities } from './multimodalEmotionWorld.ts';

/**
 * The losses with the places of their weights. The names are those under which a look at the config
 * alone finds them, and the keys those of seed 003, so that a config reads like the document.
 */
export const multimodalEmotionTerms: readonly TermDeclaration[] = [
  {
    name: 'classification',
    weightPath: ['loss', 'classification_loss_weight'],
    description:
      'Cross entropy of the emotion, or binary cross entropy of each where labels are multi, or as classification_loss says.',
  },
  {
    name: 'cl',
    weightPath: ['loss', 'cl_loss_weight'],
    description:
      'Contrastive: InfoNCE between the fused code of an utterance and that of a changed view of it.',
  },
  {
    name: 'encoder',
    weightPath: ['loss', 'encoder_loss_weight'],
    description:
      'Of the fusion autoencoder: the features reconstructed from the fused code (global) plus each modality reconstructed from its own features (inter).',
  },
  {
    name: 'gate_reg',
    weightPath: ['loss', 'gate_reg_weight'],
    description: 'How far the gates of the modalities are from being used equally, in nats.',
  },
];

/** Modules that are trained; all four losses reach `fusion` and the encoders. */
export const multimodalEmotionGroups = [
  ...modalities.map(({ name }) => name),
  'fusion',
  'decoder',
  'classifier',
] as const;
/** The layer that opens the gates, the one block of the fusion that all losses reach. */
export const multimodalEmotionCuts = ['fusion-gate'] as const;
const terms = multimodalEmotionTerms.map(({ name }) => name);

/** What else a config may choose by name. */
export const multimodalEmotionChoices: readonly TaskChoice[] = [
  { path: ['loss', 'classification_loss'], choices: lossChoices(classificationLossNames) },
  { path: ['loss', 'cl_loss'], choices: lossChoices(contrastiveLossNames) },
  { path: ['loss', 'encoder_loss'], choices: lossChoices(reconstructionLossNames) },
  { path: ['loss', 'gate_reg_loss'], choices: lossChoices(gateLossNames) },
];

const weightSchema = z.number().min(0);
const widthSchema = z.number().int().min(1).max(4096);

const classWeightsSchema = z
  .union([
    z.enum(classWeightNames),
    z
      .array(z.number().min(0))
      .length(emotions.length)
      .refine((weights) => weights.some((weight) => weight > 0), 'no class weight is above 0'),
  ])
  .default('none');

const lossesSchema = z.strictObject({
  classification_loss_weight: weightSchema
    .default(1)
    .describe('Weight of the error of the emotions, the loss classification.'),
  cl_loss_weight: weightSchema
    .default(0.2)
    .describe('Weight of the contrastive loss between two views of an utterance, the loss cl.'),
  encoder_loss_weight: weightSchema
    .default(0.05)
    .describe('Weight of the reconstructions by the fusion autoencoder, the loss encoder.'),
  gate_reg_weight: weightSchema
    .default(0.01)
    .describe(
      'Weight of the regularisation of the gates, the loss gate_reg; a loss of its own here, not multiplied by encoder_loss_weight.',
    ),
  classification_loss: lossSchema(classificationLossNames, classificationLayouts).describe(
    'How emotions are compared with the labels: a name, or a mapping of name and options; null for cross entropy, or binary cross entropy where labels are multi.',
  ),
  class_weights: classWeightsSchema.describe(
    'Factors of the emotions in the classification loss: none, balanced (the inverse of their shares in the training data), or a number for each.',
  ),
  cl_loss: lossSchema(contrastiveLossNames, [{ queries: [1, 1], keys: [1, 1] }]).describe(
    'How the two views are compared: a name, or a mapping of name and options; null for info-nce in both directions at temperature 0.2.',
  ),
  cl_view: z
    .enum(['modality-dropout', 'noise'])
    .default('modality-dropout')
    .describe('What the second view of an utterance has lost: one modality, or clarity.'),
  cl_view_noise: z
    .number()
    .positive()
    .default(0.5)
    .describe('Deviation of the noise on every feature of the second view, for cl_view: noise.'),
  encoder_loss: reconstructionSchema().describe(
    'How reconstructions are compared with the features: a name, or a mapping of name and options; null for the mean squared error. Below its beta of 1 smooth-l1 has half the gradient of that: compare the two at twice encoder_loss_weight. modality-squared-error takes the weights of audio, text and visual.',
  ),
  gate_reg_loss: lossSchema(gateLossNames, [{ logits: [1, modalities.length] }]).describe(
    'How gates are regularised: a name, or a mapping of name and options; null for gate-entropy over the batch.',
  ),
});

const modelSchema = z.strictObject({
  width: widthSchema.default(48).describe('Units of the hidden layer of every network.'),
  feature_size: widthSchema
    .default(24)
    .describe('Features of each modality behind its encoder, which the gates weigh.'),
  code_size: widthSchema
    .default(24)
    .describe('Numbers of the fused code, from which emotions and all features are read.'),
});

/** The config of `multimodal-emotion`, with the weights of seed 003; only `task` is required. */
export const multimodalEmotionConfigSchema = z
  .strictObject({
    task: z.literal('multimodal-emotion').describe('The built-in task that this config is for.'),
    seed: z
      .number()
      .int()
      .default(0)
      .describe('Decides the initial parameters and the order of the data.'),
    steps: z.number().int().min(1).default(400).describe('Steps of the optimizer in the run.'),
    batch_size: z
      .number()
      .int()
      .min(2)
      .max(65536)
      .default(128)
      .describe('Utterances in a mini-batch; each is a negative of the others’ contrastive loss.'),
    labels: z
      .enum(['single', 'multi'])
      .default('single')
      .describe('Whether an utterance has exactly one emotion, or one or two.'),
    impaired_share: z
      .number()
      .min(0)
      .max(1)
      .default(0.4)
      .describe('Share of utterances of which one modality is missing or nothing but noise.'),
    ...trainingOptions({
      learningRate: 0.002,
      groups: multimodalEmotionGroups,
      cuts: multimodalEmotionCuts,
      terms,
    }),
    model: modelSchema.prefault({}).describe('Sizes of the networks.'),
    loss: lossesSchema.prefault({}).describe('The losses and their weights.'),
  })
  .superRefine(({ labels, loss }, context) => {
    const { classification_loss, class_weights } = loss;
    const message = classificationProblem(classification_loss, labels, class_weights);
    if (message === undefined) return;
    context.addIssue({ code: 'custom', path: ['loss', 'classification_loss'], message });
  });
export type MultimodalEmotionConfig = z.infer<typeof multimodalEmotionConfigSchema>;

export function planMultimodalEmotion(config: MultimodalEmotionConfig): TrainingPlan {
  const { model, loss } = config;
  return {
    seed: config.seed,
    steps: config.steps,
    ...planTrainingOptions(config),
    ...planStrategy(config.strategy, 'fixed'),
    referenceTerm: 'classification',
    terms,
    weights: [
      loss.classification_loss_weight,
      loss.cl_loss_weight,
      loss.encoder_loss_weight,
      loss.gate_reg_weight,
    ],
    shape: [
      `batch ${config.batch_size}`,
      `labels ${config.labels}`,
      `impaired ${config.impaired_share}`,
      `width ${model.width}`,
      `features ${model.feature_size}`,
      `code ${model.code_size}`,
      ...chosenForms(loss),
    ].join(', '),
  };
}

/** What the config chose beside the forms that the task has by itself. */
function chosenForms(loss: z.infer<typeof lossesSchema>): readonly string[] {
  const forms: readonly (readonly [string, NamedOptions | null])[] = [
    ['classification loss', loss.classification_loss],
    ['contrastive loss', loss.cl_loss],
    ['reconstruction loss', loss.encoder_loss],
    ['gate loss', loss.gate_reg_loss],
  ];
  const { class_weights: weights, cl_view: view } = loss;
  return [
    ...forms.flatMap(([what, chosen]) => (chosen ? [`${what} ${describeNamed(chosen)}`] : [])),
    ...(weights === 'none' ? [] : [`class weights ${weights.toString()}`]),
    ...(view === 'noise' ? [`views with noise ${loss.cl_view_noise}`] : []),
  ];
}
