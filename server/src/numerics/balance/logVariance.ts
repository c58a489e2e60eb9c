import { component, total } from './dense.ts';

/** The objective with learnt variables: its value, the weights of the losses, its gradient. */
export interface LearntWeighting {
  readonly total: number;
  /** ∂total/∂Lₖ. */
  readonly weights: readonly number[];
  /** ∂total by the learnt variable of each loss. */
  readonly gradient: readonly number[];
}

/**
 * Uncertainty weighting (Kendall, Gal & Cipolla CVPR 2018, eq. 7) in log-variances s = log σ²:
 * Σ ½e^(−sₖ)Lₖ + ½sₖ. Start s at 0 (LibMTL −0.5).
 *
 * Traps: learn s without weight decay and at a rate of its own, ×10 to ×100 (Adam at 1e-3 takes 1000
 * steps per e-fold); the total may be negative; needs L > 0. The authors' notebook leaves out both
 * halves; the paper's term for classification is e^(−s)L + ½s.
 */
export function logVarianceWeighting(
  losses: readonly number[],
  logVariances: readonly number[],
): LearntWeighting {
  const weights = logVariances.map((s) => Math.exp(-s) / 2);
  return {
    total: total(
      losses.map(
        (loss, index) => loss * component(weights, index) + component(logVariances, index) / 2,
      ),
    ),
    weights,
    gradient: losses.map((loss, index) => 1 / 2 - loss * component(weights, index)),
  };
}

/** Where the objective is least for constant losses: s = log L, weight 1/(2L). −∞ for L = 0, NaN below. */
export function optimalLogVariances(losses: readonly number[]): readonly number[] {
  return losses.map((loss) => Math.log(loss));
}
