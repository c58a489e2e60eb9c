import { component, total } from './dense.ts';
import type { LearntWeighting } from './logVariance.ts';
import { logistic, negativeLogLogistic } from './softmax.ts';

/**
 * Seed 002, plan B, as written: Σ σ(ωₖ)Lₖ with learnt ω. It is not Kendall's weighting and it does not
 * work: ∂/∂ω = σ(1−σ)L is positive for every positive loss, so descent switches every loss off, the
 * largest first (science.md §0, finding 4). Offered to show that; use `sigmoidWeightingWithPenalty`.
 */
export function sigmoidWeightingSeed(
  losses: readonly number[],
  omegas: readonly number[],
): LearntWeighting {
  const weights = omegas.map(logistic);
  return {
    total: total(losses.map((loss, index) => loss * component(weights, index))),
    weights,
    gradient: losses.map((loss, index) => {
      const omega = component(omegas, index);
      return loss * logistic(omega) * logistic(-omega);
    }),
  };
}

/**
 * Where plain gradient descent of rate η on the seed's objective has taken ω after t steps, from ω = 0 with
 * a constant loss, in the limit of small steps: e^ω + 2ω − e^(−ω) = −ηLt.
 *
 * @param travelled η L t
 */
export function sigmoidSeedCourse(travelled: number): number {
  const target = -travelled;
  // 2 sinh ω + 2ω is odd, convex on one side: from outside the root Newton comes down to it steadily.
  let omega = Math.asinh(target / 2);
  for (let iteration = 0; iteration < 60; iteration += 1) {
    const value = 2 * Math.sinh(omega) + 2 * omega - target;
    const step = value / (2 * Math.cosh(omega) + 2);
    omega -= step;
    if (Math.abs(step) <= 1e-15 * (1 + Math.abs(omega))) break;
  }
  return omega;
}

/**
 * The seed's weighting with the penalty it lacks: Σ σ(ωₖ)Lₖ − log σ(ωₖ). Least at σ = min(1, 1/L): losses
 * above 1 are normalised as in the log family, those below keep weight 1.
 */
export function sigmoidWeightingWithPenalty(
  losses: readonly number[],
  omegas: readonly number[],
): LearntWeighting {
  const plain = sigmoidWeightingSeed(losses, omegas);
  return {
    total: plain.total + total(omegas.map(negativeLogLogistic)),
    weights: plain.weights,
    gradient: plain.gradient.map((value, index) => value - logistic(-component(omegas, index))),
  };
}

/** The weight σ at the least of `sigmoidWeightingWithPenalty`, for constant losses. */
export function optimalSigmoidWeights(losses: readonly number[]): readonly number[] {
  return losses.map((loss) => (loss <= 1 ? 1 : 1 / loss));
}
