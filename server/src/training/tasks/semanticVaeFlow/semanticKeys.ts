import { lossChoices } from '../../lossOptions.ts';
import type { TaskChoice, TermDeclaration } from '../../task.ts';
import { timeSamplings } from '../../timeSampling.ts';

/**
 * The losses with the places of their weights. A VAE needs the reconstruction: seed 004 leaves it out,
 * and with KL alone every latent is the prior.
 */
export const semanticTerms: readonly TermDeclaration[] = [
  {
    name: 'dino',
    weightPath: ['w_dino'],
    description:
      'Cross entropy of the student on one view with the sharpened, centred teacher on the other, in nats.',
  },
  {
    name: 'kl',
    weightPath: ['w_kl'],
    description:
      'Divergence of the posterior from the prior in nats: summed over latent dimensions, mean over the batch.',
  },
  {
    name: 'flow',
    weightPath: ['w_flow'],
    description: 'Mean squared error per dimension of the velocity from the source to the latents.',
  },
  {
    name: 'rec',
    weightPath: ['w_rec'],
    description:
      'Reconstruction in nats: squared error over twice the variance of the noise, summed over dimensions; with w_rec = w_kl the two are the bound of a VAE.',
  },
];
export const semanticTermNames = semanticTerms.map(({ name }) => name);

/** The parameters that are trained: all four losses reach `trunk`. */
export const semanticGroups = [
  'stem',
  'trunk',
  'z_head',
  'dino_head',
  'decoder',
  'flow_stem',
  'flow_head',
] as const;
/** The last layer of the trunk, the last block that all losses share. */
export const semanticCuts = ['trunk-last'] as const;

/** Losses that a config may set for the velocity. */
export const flowLossNames: readonly string[] = [
  'absolute-error',
  'mean-squared-error',
  'smooth-l1',
  'velocity',
];

/** What else a config may choose by name. */
export const semanticChoices: readonly TaskChoice[] = [
  { path: ['flow', 'time_sampling'], choices: timeSamplings },
  { path: ['flow', 'loss'], choices: lossChoices(flowLossNames) },
];
