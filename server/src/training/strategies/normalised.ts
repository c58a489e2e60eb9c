import type { Strategy } from '../strategy.ts';

/** Decay of the moving averages of the losses (science.md §1.3, M2). */
const decay = 0.99;
/** Bounds of the factor, so that a loss near zero cannot take over the step. */
const smallestFactor = 1e-3;
const largestFactor = 1e3;

/**
 * Scales every loss to the value of a reference loss (seed 001, strategy 2; M2 of science.md §1.3):
 * wₖ ← wₖ · L̄ᵣ / L̄ₖ. Where the seed divides the losses of one batch, this divides bias-corrected
 * moving averages, and clamps the factor, as M2 advises against batch noise and losses near zero.
 * The factor is a number of the host: no gradient flows through it.
 */
export const normalised: Strategy = {
  name: 'normalised',
  description:
    'Each loss is scaled to the value of a reference loss, by moving averages, before its weight applies.',
  needsLosses: true,
  example: {
    options: { weights: [1, 0.5], reference: 1 },
    losses: [
      [4, 2],
      [0, 2],
      [Number.NaN, 2],
    ],
    weights: [
      [0.5, 0.5],
      [1.00505, 0.5],
      [1.00505, 0.5],
    ],
  },
  create({ weights, reference }) {
    const averages = weights.map(() => createAverage());
    return {
      weights(losses) {
        const means = averages.map((average, index) => average.add(losses[index] ?? Number.NaN));
        return weights.map((weight, index) => weight * factor(means[reference], means[index]));
      },
    };
  },
};

/** L̄ᵣ / L̄ₖ within its bounds; 1 where a loss is not positive, for which the ratio has no meaning. */
function factor(reference: number | undefined, own: number | undefined): number {
  if (reference === undefined || own === undefined || reference <= 0 || own <= 0) return 1;
  return Math.max(smallestFactor, Math.min(largestFactor, reference / own));
}

/** An exponential moving average with bias correction; values that are not finite are left out. */
function createAverage(): { add(value: number): number | undefined } {
  let sum = 0;
  let mass = 0;
  return {
    add(value) {
      if (Number.isFinite(value)) {
        sum = decay * sum + (1 - decay) * value;
        mass = decay * mass + (1 - decay);
      }
      return mass === 0 ? undefined : sum / mass;
    },
  };
}
