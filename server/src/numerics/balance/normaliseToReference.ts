import { component } from './dense.ts';

export interface ReferenceOptions {
  /** What the other losses shall weigh against the reference. Default 1. */
  readonly weight?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Bounds of the factor L_r/Lₖ. Default none, as the seed; [1e-3, 1e3] is advised. */
  readonly bounds?: readonly [least: number, most: number];
}

/**
 * wₖ = w · L_r/(Lₖ + ε), 1 for the reference (seed 001, strategy 2; M2 of science.md §1.3). A member of the
 * log family: ∇ = L_r Σ ∇log Lₖ.
 *
 * Traps: the weighted share of a loss is then w/(1+w) whatever happens, so it measures nothing; L → 0
 * gives L_r/ε; the noise of the batch enters the weight (feed moving averages). A negative loss would
 * be maximised: a quotient that is not positive, or not finite, counts as 1, unless L = 0 exactly, which
 * the formula defines.
 */
export function normaliseToReference(
  losses: readonly number[],
  reference: number,
  options: ReferenceOptions = {},
): readonly number[] {
  const { weight = 1, epsilon = 1e-8, bounds = [0, Number.POSITIVE_INFINITY] } = options;
  return losses.map((loss, index) => {
    if (index === reference) return 1;
    const quotient = component(losses, reference) / (loss + epsilon);
    const factor = quotient >= 0 && Number.isFinite(quotient) ? quotient : 1;
    return weight * Math.max(bounds[0], Math.min(bounds[1], factor));
  });
}
