import { total } from './dense.ts';

export interface EmaInverseOptions {
  /** The shares of the means lie within these bounds of 1/K. Default [1e-3, 1e3]. */
  readonly bounds?: readonly [least: number, most: number];
}

/**
 * wₖ = K (1/L̄ₖ)/Σⱼ(1/L̄ⱼ) of moving averages L̄ (seed 003 put right; M3 of science.md §1.3): the weighted
 * losses are equal and the weights sum to K, whatever the scale of the losses.
 *
 * Where the seed is wrong: it does nothing at its first call, never normalises (a loss of 1e-3 gets
 * weight 1000), keeps all its history, and for a negative average gives a negative weight, which
 * maximises the loss. Here an average that is not positive and finite takes no part: it gets weight 1,
 * the others share theirs.
 *
 * @param averages running averages of the losses; their decay is the caller's
 */
export function emaInverse(
  averages: readonly number[],
  options: EmaInverseOptions = {},
): readonly number[] {
  const { bounds = [1e-3, 1e3] } = options;
  const usable = averages.filter(isUsable);
  if (usable.length === 0) return averages.map(() => 1);
  // In units of the smallest average, so that no reciprocal overflows.
  const least = Math.min(...usable);
  const sum = total(usable.map((average) => least / average));
  return averages.map((average) => {
    if (!isUsable(average)) return 1;
    const weight = (usable.length * (least / average)) / sum;
    return Math.max(bounds[0], Math.min(bounds[1], weight));
  });
}

function isUsable(average: number): boolean {
  return average > 0 && Number.isFinite(average);
}
