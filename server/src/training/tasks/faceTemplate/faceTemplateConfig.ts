import { z } from 'zod';

import { byName } from '../../byName.ts';
import { lossChoices } from '../../lossOptions.ts';
import { completeOptions, describeNamed, namedOptionsSchema } from '../../namedOptions.ts';
import { strategies } from '../../strategies/registry.ts';
import { planStrategy } from '../../strategyOptions.ts';
import type { TaskChoice, TermDeclaration, TrainingPlan } from '../../task.ts';
import { planTrainingOptions, trainingOptions } from '../../trainingOptions.ts';
import { type FaceTerm, faceTerms, featureLossNames } from './faceLosses.ts';
import { guidedForms } from './featureGradients.ts';
import { noiseLevels } from './noiseLevels.ts';

/** Where the config sets the weight of a loss. */
function weightPath(term: FaceTerm): readonly [string, `${FaceTerm}_loss_weight`] {
  return ['loss', `${term}_loss_weight`];
}

/** All losses; `center` and `guidance` are there once they have a weight. */
export const faceTermDeclarations: readonly TermDeclaration[] = [
  {
    name: 'pixel',
    weightPath: weightPath('pixel'),
    description: 'Mean squared error of the denoised picture.',
  },
  {
    name: 'feature',
    weightPath: weightPath('feature'),
    description:
      'How far the embedding of the denoised picture is from its template, in the form that loss.feature names.',
  },
  {
    name: 'center',
    weightPath: weightPath('center'),
    description:
      'Half the squared distance of the embedding, of length 1, from the mean template of the person.',
  },
  {
    name: 'guidance',
    weightPath: weightPath('guidance'),
    description:
      'How far the descent of the feature loss and the climb of the similarity point apart at the denoised picture: 0 for the same way, 2 for opposite ones.',
  },
];

/** All parameters are reached by all losses: the hidden layers and the last one. */
export const faceGroups = ['trunk', 'head'] as const;
/** The last layer, through which all losses go. */
export const faceCuts = ['last-layer'] as const;

const featureLosses = lossChoices(featureLossNames);

/** What else a config may choose by name. */
export const faceChoices: readonly TaskChoice[] = [
  { path: ['loss', 'feature'], choices: featureLosses },
  { path: ['noise_levels'], choices: noiseLevels },
];

const weightSchema = z.number().min(0);
const optionalWeight = weightSchema.nullable().default(null);

const lossSchema = z.strictObject({
  pixel_loss_weight: weightSchema
    .default(1)
    .describe('Weight of the mean squared error of the denoised picture, the loss pixel.'),
  feature_loss_weight: weightSchema
    .default(0.01)
    .describe(
      'λ: weight of the distance of the embedding from the template, the loss feature; a strategy may let it follow the training step.',
    ),
  center_loss_weight: optionalWeight.describe(
    'Weight of the distance from the mean template of the person, the loss center; null leaves the loss out, 0 only watches it. The centers do not move, because F does not.',
  ),
  guidance_loss_weight: optionalWeight.describe(
    'Weight of the disagreement of the feature loss with the guidance of the sampler, the loss guidance; null leaves the loss out, 0 only watches it. By nature 0 with cosine-distance, and not there with arcface. Where a hinge is met there is no descent, which counts as 1.',
  ),
  feature: namedOptionsSchema(featureLosses)
    .prefault('angular-margin')
    .describe(
      'The form of the feature loss: a name, or a mapping of name and options. mean-squared-error is the L2 of embeddings before they are brought to length 1. arcface and cosface tell the person among those of the training set.',
    ),
});

const samplerSchema = z
  .strictObject({
    steps: z.number().int().min(1).max(200).default(12).describe('Steps from noise to a picture.'),
    highest: z.number().positive().max(100).default(2).describe('σ of the first step.'),
    lowest: z.number().positive().max(100).default(0.02).describe('σ of the last step.'),
    guidance_scale: z
      .number()
      .min(0)
      .max(10_000)
      .default(4)
      .describe(
        'How much the gradient of the similarity counts in each step beside the denoiser; 0 for not at all.',
      ),
  })
  .refine(({ lowest, highest }) => lowest < highest, {
    path: ['lowest'],
    message: 'lowest must be below highest: the steps go from strong noise to weak',
  });

const verificationSchema = z.strictObject({
  false_accept_rate: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.01)
    .describe(
      'The threshold is the cosine that so small a share of pairs of different people exceeds.',
    ),
  threshold: z
    .number()
    .min(-1)
    .max(1)
    .nullable()
    .default(null)
    .describe('A threshold of your own for face/verification_rate; null takes the one above.'),
});

/** The config of `face-template`, in the terms of seed 002; only `task` is required. */
export const faceTemplateConfigSchema = z
  .strictObject({
    task: z.literal('face-template').describe('The built-in task that this config is for.'),
    seed: z
      .number()
      .int()
      .default(0)
      .describe('Decides the initial parameters and the order of the data.'),
    steps: z.number().int().min(1).default(2000).describe('Steps of the optimizer in the run.'),
    batch_size: z.number().int().min(1).max(65536).default(64).describe('Faces in a mini-batch.'),
    ...trainingOptions({
      learningRate: 0.002,
      groups: faceGroups,
      cuts: faceCuts,
      terms: faceTerms,
    }),
    model: z
      .strictObject({
        width: z
          .number()
          .int()
          .min(1)
          .max(4096)
          .default(192)
          .describe('Units of each of the two hidden layers of the denoiser.'),
      })
      .prefault({})
      .describe('The denoiser.'),
    noise_levels: namedOptionsSchema(noiseLevels)
      .prefault('log-normal')
      .describe('At which noise levels σ the denoiser learns: a name, or a mapping with options.'),
    negatives: z
      .number()
      .int()
      .min(1)
      .max(256)
      .default(8)
      .describe(
        'K: templates of other people that each face is compared with, for angular-margin and info-nce-negatives; never of the same person.',
      ),
    loss: lossSchema.prefault({}).describe('The losses and their weights.'),
    sampler: samplerSchema
      .prefault({})
      .describe('How pictures are made from templates at each look at held-out people.'),
    verification: verificationSchema
      .prefault({})
      .describe('When a picture counts as one of the person.'),
  })
  .superRefine(({ strategy, loss }, context) => {
    const trained: readonly string[] = termsOf(loss);
    const named = strategy
      ? (byName(strategies, strategy.name).namedTerms?.(strategy.options) ?? [])
      : [];
    for (const term of named.filter((name) => !trained.includes(name))) {
      const message = `this config does not train the loss ${term}, because loss.${term}_loss_weight is null`;
      context.addIssue({ code: 'custom', path: ['strategy'], message });
    }
    const { name } = loss.feature;
    if (loss.guidance_loss_weight !== null && !guidedForms.includes(name)) {
      const message = `the loss guidance is there for ${guidedForms.join(', ')}, not for ${name}; set null, or another form`;
      context.addIssue({ code: 'custom', path: ['loss', 'guidance_loss_weight'], message });
    }
  });
export type FaceTemplateConfig = z.infer<typeof faceTemplateConfigSchema>;

/** The losses that a config trains with: those whose weight is a number. */
export function termsOf(loss: FaceTemplateConfig['loss']): readonly FaceTerm[] {
  return faceTerms.filter((term) => loss[`${term}_loss_weight`] !== null);
}

export function planFaceTemplate(config: FaceTemplateConfig): TrainingPlan {
  const { loss, model, noise_levels } = config;
  const terms = termsOf(loss);
  const usual = completeOptions(noiseLevels, 'log-normal');
  return {
    seed: config.seed,
    steps: config.steps,
    ...planTrainingOptions(config),
    ...planStrategy(config.strategy, 'fixed'),
    referenceTerm: 'pixel',
    terms,
    weights: terms.map((term) => loss[`${term}_loss_weight`] ?? 0),
    shape: [
      `batch ${config.batch_size}`,
      `width ${model.width}`,
      `feature loss ${describeNamed(loss.feature)}`,
      `${config.negatives} negatives`,
      ...terms.slice(2).map((term) => `with ${term}`),
      ...(describeNamed(noise_levels) === describeNamed(usual)
        ? []
        : [`noise ${describeNamed(noise_levels)}`]),
    ].join(', '),
  };
}
