import { component, total } from './dense.ts';
import type { LearntWeighting } from './logVariance.ts';

/**
 * IMTL-L (Liu et al. ICLR 2021, eq. 7, a = e): Σ e^(sₖ)Lₖ − sₖ with learnt s. Twice Kendall's weighting with
 * the sign of s turned: the log family. Least at s = −log L, where every weighted loss is 1. Needs L > 0.
 */
export function imtlLWeighting(
  losses: readonly number[],
  logScales: readonly number[],
): LearntWeighting {
  const weights = logScales.map((s) => Math.exp(s));
  return {
    total: total(
      losses.map((loss, index) => loss * component(weights, index) - component(logScales, index)),
    ),
    weights,
    gradient: losses.map((loss, index) => loss * component(weights, index) - 1),
  };
}

/** s = −log L. ∞ for L = 0, NaN below. */
export function optimalLogScales(losses: readonly number[]): readonly number[] {
  return losses.map((loss) => -Math.log(loss));
}
