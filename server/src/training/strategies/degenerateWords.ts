import type { DegenerateBehaviour } from '../strategy.ts';

/** What every strategy does with a reading that is not finite (`createWeighing`). */
export const lastWeightsStand =
  'The weights of the step before stand, at first those of the config, and nothing is remembered of the step.';

/** Opposed gradients, for strategies whose two terms cancel or that promise no ascent. */
export const noStep = 'No step is taken.';
/** A vanishing gradient, for strategies on directions. */
export const leftOut = 'It gets weight 0; the others are weighed as if it were not there.';

const unseen = 'Makes no difference: gradients are not looked at.';

/** Strategies that look at no gradient. */
export const gradientsUnseen: DegenerateBehaviour = {
  zeroGradient: unseen,
  opposed: unseen,
  dependent: unseen,
  nonFinite: lastWeightsStand,
};

/** Strategies that look at nothing. */
export const nothingSeen: DegenerateBehaviour = {
  ...gradientsUnseen,
  nonFinite: 'Makes no difference: losses are not looked at.',
};
