import { z } from 'zod';

import { lossSchema } from '../../lossOptions.ts';
import { namedOptionsSchema } from '../../namedOptions.ts';
import { timeSamplings } from '../../timeSampling.ts';
import { trainingOptions } from '../../trainingOptions.ts';
import {
  renderLayouts,
  renderLossNames,
  velocityLayouts,
  velocityLossNames,
} from './flowEditLosses.ts';
import { trainingModes } from './flowEditModes.ts';
import { flowEditCuts, flowEditGroups } from './flowEditNetworks.ts';
import { pathConventions } from './flowEditPath.ts';

/** Where the keys of the editor's training stand. */
export const flowMatching = ['model', 'transformer', 'editor', 'flow_matching'] as const;

/** The losses, in the order of their weights in the plan. */
export const flowEditTerms = ['velocity', 'render'] as const;

const weightSchema = z.number().min(0);
const widthSchema = z.number().int().min(1).max(4096);

const conventionSchema = z.enum(pathConventions.map(({ name }) => name));

const pathSchema = z.strictObject({
  convention: conventionSchema
    .default('noise-to-data')
    .describe('Which way the clock runs, and with it the sign of the velocity.'),
  time_scale: z
    .number()
    .positive()
    .default(1)
    .describe(
      'What the clock is multiplied with before the network is given it. Its features are made for 1; 1000, as Stable Diffusion 3 has it, shows what the wrong unit costs.',
    ),
});

const inferenceSchema = z.strictObject({
  convention: conventionSchema
    .nullable()
    .default(null)
    .describe(
      'Which way the sampler takes the clock to run; null for that of the training, another shows how a mismatch looks.',
    ),
  scale: z
    .number()
    .positive()
    .default(1)
    .describe(
      'What the sampler multiplies the velocity with; anything but 1 shows how a mismatch looks.',
    ),
});

/** Weights of the parts of the render loss. */
export const renderPartsSchema = z
  .strictObject({
    l2: weightSchema.default(1).describe('Of the mean squared error.'),
    perceptual: weightSchema
      .default(0.1)
      .describe('Of the mean squared difference of fixed random features.'),
    lpips: weightSchema
      .default(0)
      .describe(
        'Of LPIPS with a fixed random convolution net: small, it is some 40 times as large.',
      ),
  })
  .refine((parts) => Object.values(parts).some((weight) => weight > 0), {
    message: 'one part must be above 0; to leave the render loss out, set render_loss_weight: 0',
  });
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
      'Scales the velocity loss to the value of the render loss; the same as the strategy normalised. The velocity_loss_ratio is then a constant, velocity_loss_weight by the sum of both weights, and says nothing: look at the grad_share.',
    ),
  mode: z
    .enum(trainingModes.map(({ name }) => name))
    .default('joint')
    .describe(
      'In what way the two losses train the editor: both at once, both but the render loss cut off from the velocity, or one loss at a step.',
    ),
  exposure: z
    .enum(['steps', 'equal'])
    .default('steps')
    .describe(
      'What is alike in modes that train one loss at a step and in joint: the steps of the optimizer, or how often each loss is seen, for which these modes take twice the steps.',
    ),
  target: z
    .enum(['detached', 'attached'])
    .default('detached')
    .describe(
      'Whether the target of the velocity, z₁ − z₀, is a constant. Attached, as seed 001 has it, a trained reconstructor can please the velocity loss by making z₁ = z₀.',
    ),
  path: pathSchema.prefault({}).describe('How the way from a latent to its edit is walked.'),
  inference: inferenceSchema
    .prefault({})
    .describe('How the sampler walks it, which made the pictures that psnr is of.'),
  time_sampling: namedOptionsSchema(timeSamplings)
    .prefault('uniform')
    .describe('Where on the path from the latent to its edit the velocity is learnt.'),
  velocity_loss: lossSchema(velocityLossNames, velocityLayouts).describe(
    'How the predicted velocity is compared with its target: a name, or a mapping of name and options; null for the mean squared error.',
  ),
  render_loss: lossSchema(renderLossNames, renderLayouts).describe(
    'How the rendered edit is compared with the target picture: a name, or a mapping of name and options; null for the sum of render_parts.',
  ),
  render_parts: renderPartsSchema
    .prefault({})
    .describe('Weights of the parts within the render loss, where render_loss is null.'),
});

const editorSchema = z.strictObject({
  use_flow_matching: z.literal(true).default(true).describe('This task always does.'),
  width: widthSchema.default(64).describe('Units of each hidden layer of the editor.'),
  flow_matching: flowMatchingSchema.prefault({}).describe('The two losses of the editor.'),
});

/** The keys of a config of `flow-edit`, in the shape of seed 001; only `task` is required. */
export const flowEditKeys = z.strictObject({
  task: z.literal('flow-edit').describe('The built-in task that this config is for.'),
  seed: z
    .number()
    .int()
    .default(0)
    .describe('Decides the initial parameters and the order of the data.'),
  steps: z.number().int().min(1).default(600).describe('Steps of the optimizer in the run.'),
  batch_size: z.number().int().min(1).max(65536).default(128).describe('Samples in a mini-batch.'),
  world: z
    .strictObject({
      conflict: z
        .number()
        .min(0)
        .max(1)
        .default(0)
        .describe(
          'How far the pictures go against the edit: at 1 half of their latent dimensions show it turned back.',
        ),
      renderer_anisotropy: z
        .number()
        .min(0)
        .max(4)
        .default(1.5)
        .describe(
          'Decades between the latent dimension that counts most for a picture and the one that counts least.',
        ),
    })
    .prefault({})
    .describe('The generated data.'),
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
      reconstructor: z
        .enum(['frozen', 'trained'])
        .default('frozen')
        .describe(
          'What turns views into latents: as if pretrained and left alone, or one linear layer that both losses train from scratch.',
        ),
      renderer: z
        .strictObject({
          width: widthSchema.default(64).describe('Units of each hidden layer of the renderer.'),
        })
        .prefault({})
        .describe('The network that turns latents into pictures.'),
    })
    .prefault({})
    .describe('The networks and the weights of their losses.'),
});
export type FlowEditConfig = z.infer<typeof flowEditKeys>;
