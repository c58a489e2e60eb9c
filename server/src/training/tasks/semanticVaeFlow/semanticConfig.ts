import { z } from 'zod';

import { lossSchema } from '../../lossOptions.ts';
import { namedOptionsSchema } from '../../namedOptions.ts';
import { timeSamplings } from '../../timeSampling.ts';
import { trainingOptions } from '../../trainingOptions.ts';
import { flowLossNames, semanticCuts, semanticGroups, semanticTermNames } from './semanticKeys.ts';

const weightSchema = z.number().min(0);
const shareSchema = z.number().min(0).max(1);
const countSchema = z.number().int().min(1).max(4096);
const conventionSchema = z.enum(['forward', 'sigma']);

const modelSchema = z.strictObject({
  width: countSchema.default(64).describe('Units of each hidden layer.'),
  latent: countSchema.default(8).describe('Dimensions of the latent; the data has four.'),
  prototypes: countSchema.min(2).default(32).describe('Outputs of the DINO head, K.'),
  logvar_range: z
    .tuple([z.number(), z.number()])
    .default([-30, 20])
    .refine(([low, high]) => low < high, 'the lower bound must be below the upper one')
    .describe('Bounds of log σ²; beyond them there is no gradient. Those of latent diffusion.'),
});

const conditionSchema = z.strictObject({
  dependence: shareSchema
    .default(1)
    .describe(
      'How much the class says about the observation: at 1 all but noise, at 0 nothing, so that no model can use it.',
    ),
  dropout: shareSchema
    .default(0)
    .describe('Share of samples whose class is hidden from the velocity in training.'),
  shuffle_flow: z
    .boolean()
    .default(false)
    .describe('Trains the velocity with the class of another sample, always a different class.'),
  shuffle_dino: z
    .boolean()
    .default(false)
    .describe('Gives the teacher views of another sample, always of a different class.'),
});

const dinoSchema = z
  .strictObject({
    student_temperature: z
      .number()
      .positive()
      .default(0.1)
      .describe('T_s of the student’s softmax; the gradient is (p_s − p_t)/T_s.'),
    teacher_temperature: z
      .number()
      .positive()
      .default(0.07)
      .describe('T_t of the teacher after its warm-up; it must stay below T_s.'),
    warmup_teacher_temperature: z
      .number()
      .positive()
      .default(0.04)
      .describe('T_t at the first step.'),
    warmup_steps: z
      .number()
      .int()
      .min(0)
      .default(300)
      .describe('Steps over which T_t goes in a straight line to teacher_temperature.'),
    center_momentum: shareSchema
      .default(0.9)
      .describe('Share of the old that the running mean of the teacher’s outputs keeps.'),
    teacher_momentum: shareSchema
      .default(0.996)
      .describe('Share of the old that the teacher keeps at the first step; it rises to 1.'),
  })
  .superRefine((dino, context) => {
    for (const key of ['teacher_temperature', 'warmup_teacher_temperature'] as const) {
      if (dino[key] < dino.student_temperature) continue;
      const message = `${dino[key]} is not below student_temperature, ${dino.student_temperature}: the teacher must be the sharper one, or both become uniform`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
  });

const klSchema = z.strictObject({
  from: z
    .enum(['parameters', 'samples'])
    .default('parameters')
    .describe(
      'parameters computes it of μ and log σ², as is right; samples puts the sampled z in the place of μ, a mistake that is there to be found: σ then goes to 0.71 instead of 1.',
    ),
  free_nats: z
    .number()
    .min(0)
    .default(0)
    .describe('Free bits: nats of each dimension that cost nothing and get no gradient.'),
});

const flowSchema = z
  .strictObject({
    source: z
      .enum(['noise', 'view'])
      .default('noise')
      .describe('Where the path begins: N(0, 1), or the latent of an augmented view.'),
    target: z
      .enum(['detached', 'attached'])
      .default('detached')
      .describe(
        'Whether the latents that the path leads to are constants; attached lets the encoder please the flow by making them easy to hit, as in seed 001.',
      ),
    convention: conventionSchema
      .default('forward')
      .describe(
        'forward: t from 0 at the source to 1 at the latent, v = z₁ − z₀. sigma: σ from 1 at the source to 0, v = z₀ − z₁.',
      ),
    time_sampling: namedOptionsSchema(timeSamplings)
      .prefault('uniform')
      .describe('Where on the path the velocity is learnt.'),
    ends_share: shareSchema
      .default(0)
      .describe('Share of the times that are drawn anew, uniformly near either end.'),
    ends_width: z
      .number()
      .positive()
      .max(0.5)
      .default(0.1)
      .describe('How far from an end of the path such times lie at most.'),
    loss: lossSchema(flowLossNames, [
      { prediction: [1, 1], target: [1, 1], time: [1, 1] },
    ]).describe(
      'How the velocity is compared with its target: a name, or a mapping of name and options; null for the mean squared error.',
    ),
    inference: z
      .strictObject({
        convention: conventionSchema
          .nullable()
          .default(null)
          .describe('How inference reads the velocity; null for as it was trained.'),
        scale: z
          .number()
          .default(1)
          .describe('What inference multiplies the velocity by; anything but 1 is a mistake.'),
        schemes: z
          .array(z.enum(['euler', 'heun', 'midpoint']))
          .default(['euler', 'heun', 'midpoint'])
          .describe('With what held-out pairs are integrated, in 8, 16, 32 and 64 steps.'),
      })
      .prefault({})
      .describe(
        'How the velocity is used once it is learnt; the figures of slope and rollouts are of this use.',
      ),
  })
  .refine(({ target, loss }) => target === 'detached' || loss?.name !== 'velocity', {
    path: ['loss'],
    message:
      'the loss velocity detaches its target; with target: attached choose mean-squared-error',
  });

const scaleSchema = z.strictObject({
  value: z
    .number()
    .positive()
    .default(1)
    .describe(
      's: the flow works on s · z. Stable Diffusion has 0.18215, one by the deviation of its latents.',
    ),
  kl: z
    .enum(['unscaled', 'prior-adjusted', 'wrong-scaled'])
    .default('unscaled')
    .describe(
      'unscaled: of z against N(0, 1). prior-adjusted: of s · z against N(0, s²), the same number. wrong-scaled: of s · z against N(0, 1), a mistake that pulls the deviation of z to 1/s.',
    ),
  inference: z
    .enum(['same', 'missing'])
    .default('same')
    .describe('missing leaves the scale out where the velocity is used, a mistake.'),
});

/** The config of `semantic-vae-flow`, with the names of seed 004; only `task` is required. */
export const semanticVaeFlowConfigSchema = z.strictObject({
  task: z.literal('semantic-vae-flow').describe('The built-in task that this config is for.'),
  seed: z
    .number()
    .int()
    .default(0)
    .describe('Decides the initial parameters and the order of the data.'),
  steps: z.number().int().min(1).default(1500).describe('Steps of the optimizer in the run.'),
  batch_size: z.number().int().min(2).max(65536).default(128).describe('Samples in a mini-batch.'),
  w_dino: weightSchema.default(0.5).describe('Weight of the agreement of views, the loss dino.'),
  w_kl: weightSchema
    .default(0.03)
    .describe(
      'Weight of the divergence of the posterior from the prior, the loss kl; as a multiple of w_rec it is β.',
    ),
  w_flow: weightSchema.default(1).describe('Weight of the error of the velocity, the loss flow.'),
  w_rec: weightSchema
    .default(0.03)
    .describe('Weight of the reconstruction, the loss rec, without which the latents say nothing.'),
  ...trainingOptions({
    learningRate: 0.002,
    groups: semanticGroups,
    cuts: semanticCuts,
    terms: semanticTermNames,
  }),
  model: modelSchema.prefault({}).describe('Sizes of the networks.'),
  condition: conditionSchema
    .prefault({})
    .describe('The class, which the velocity is told and the views of a sample share.'),
  dino: dinoSchema.prefault({}).describe('Student and teacher of the loss dino.'),
  kl: klSchema.prefault({}).describe('How the loss kl is computed.'),
  flow: flowSchema.prefault({}).describe('The path that the loss flow learns.'),
  latent_scale: scaleSchema
    .prefault({})
    .describe('The constant between the latents of the VAE and those of the flow.'),
});
export type SemanticVaeFlowConfig = z.infer<typeof semanticVaeFlowConfigSchema>;
