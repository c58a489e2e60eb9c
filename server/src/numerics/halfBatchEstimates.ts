import { invariant } from '../base/invariant.ts';
import type { Gramian } from './gramian.ts';

/** What two halves of one batch say about the gradients of K losses. */
export interface HalfBatchEstimates {
  /** For each loss an estimate of ‖gₖ‖², without bias: may be negative where noise rules. */
  readonly squaredNorms: readonly number[];
  /** For each loss θₖ; undefined where the gradient of the whole batch vanishes. */
  readonly normTests: readonly (number | undefined)[];
  /** The cosine of two losses; undefined where a squared norm is estimated not to be positive. */
  cosine(first: number, second: number): number | undefined;
}

/**
 * Let the halves A and B hold b = B/2 samples each, drawn independently, and let a sample's gradient
 * have mean gₖ and a covariance of trace Vₖ. The mean gradients gₖᴬ and gₖᴮ are then independent:
 *
 * - E⟨gₖᴬ, gₗᴮ⟩ = ⟨gₖ, gₗ⟩, for k = l too. Within one half the noise that two losses share is part of
 *   the product: E⟨gₖᴬ, gₗᴬ⟩ = ⟨gₖ, gₗ⟩ + tr Cov(k, l)/b, which is what a cosine of one batch shows.
 *   The two orders (A with B, B with A) are averaged.
 * - E‖gₖᴬ − gₖᴮ‖² = 2 Vₖ/b, so half of it is an estimate of Vₖ/b, the variance of a half's mean, and
 *   a quarter that of Vₖ/B, the variance of the mean over the whole batch, ḡₖ = (gₖᴬ + gₖᴮ)/2.
 *
 * The norm test (Byrd, Chin, Nocedal and Wu 2012, eq. 3.2; Bollapragada, Byrd and Nocedal 2018, eq. 2.3)
 * is θₖ = √(Vₖ/(B‖ḡₖ‖²)) with the norm of the batch's own gradient, as Cockpit has it, hence
 *
 *   θₖ = ‖gₖᴬ − gₖᴮ‖ / ‖gₖᴬ + gₖᴮ‖.
 *
 * As ‖ḡₖ‖² holds Vₖ/B itself, θₖ is about 1 where there is noise alone; against the true gradient
 * the ratio is θₖ/√(1 − θₖ²), which is 2 at θₖ = 0.894.
 *
 * The cosine is a ratio of estimates, each without bias; the ratio is not quite, and is kept within
 * [−1, 1].
 * @param gramian of the 2K rows g₁ᴬ … g_Kᴬ, g₁ᴮ … g_Kᴮ
 */
export function halfBatchEstimates(gramian: Gramian): HalfBatchEstimates {
  invariant(gramian.size % 2 === 0, 'two halves have as many rows each');
  const losses = gramian.size / 2;
  const across = (first: number, second: number): number =>
    (gramian.at(first, losses + second) + gramian.at(second, losses + first)) / 2;
  const squaredNorms = Array.from({ length: losses }, (_, loss) => across(loss, loss));
  const normTests = squaredNorms.map((product, loss) => {
    const own = gramian.at(loss, loss) + gramian.at(losses + loss, losses + loss);
    const sum = own + 2 * product;
    // Rounding can push the square of a vanishing norm just below zero.
    return sum <= 0 ? undefined : Math.sqrt(Math.max(0, own - 2 * product) / sum);
  });
  return {
    squaredNorms,
    normTests,
    cosine(first, second) {
      const [one = 0, other = 0] = [squaredNorms[first], squaredNorms[second]];
      if (one <= 0 || other <= 0) return undefined;
      const cosine = across(first, second) / Math.sqrt(one * other);
      return Math.max(-1, Math.min(1, cosine));
    },
  };
}
