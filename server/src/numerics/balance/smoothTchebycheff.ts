import { component } from './dense.ts';
import type { Scalarisation } from './geometricMean.ts';
import { logSumExp, softmax } from './softmax.ts';

export interface TchebycheffOptions {
  /** μ > 0: towards 0 the largest weighted loss alone counts. Default 1. */
  readonly mu?: number;
  /** λₖ. Default 1/K each. */
  readonly preference?: readonly number[];
  /** z*ₖ, the best value of each loss. Default 0. */
  readonly reference?: readonly number[];
}

/**
 * Smooth Tchebycheff scalarisation (Lin et al. ICML 2024, eq. 8): μ log Σ exp(λₖ(Lₖ − z*ₖ)/μ), weight λₖ times
 * its softmax share. LibMTL works on log-losses over their values at epoch 4 and multiplies by K;
 * TorchJD is as here. Without overflow for any μ > 0.
 */
export function smoothTchebycheff(
  losses: readonly number[],
  options: TchebycheffOptions = {},
): Scalarisation {
  const { mu = 1, preference, reference } = options;
  const lambdas = losses.map((_, index) => preference?.[index] ?? 1 / losses.length);
  const logits = losses.map(
    (loss, index) => (component(lambdas, index) * (loss - (reference?.[index] ?? 0))) / mu,
  );
  const shares = softmax(logits);
  return {
    total: mu * logSumExp(logits),
    weights: lambdas.map((lambda, index) => lambda * component(shares, index)),
  };
}
