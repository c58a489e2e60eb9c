import { component } from './dense.ts';
import { softmax } from './softmax.ts';

/**
 * DWA (Liu, Johns & Davison CVPR 2019, eq. 7): wₖ = K softmax(rₖ/T), rₖ = L̄ₖ(e−1)/L̄ₖ(e−2) of the means over
 * epochs; all 1 before two epochs are known. T = 2 by default. The range is small: r within [0.9, 1.1]
 * gives 0.95 to 1.05 for K = 2.
 *
 * @param epochMeans means of the losses, one row per epoch, the latest last
 * A ratio that is not finite (a mean of 0) or negative counts as 1.
 */
export function dynamicWeightAverage(
  epochMeans: readonly (readonly number[])[],
  size: number,
  temperature = 2,
): readonly number[] {
  const latest = epochMeans.at(-1);
  const before = epochMeans.at(-2);
  if (latest === undefined || before === undefined) return new Array<number>(size).fill(1);
  const ratios = latest.map((value, index) => {
    const ratio = value / component(before, index);
    return ratio >= 0 && Number.isFinite(ratio) ? ratio : 1;
  });
  return softmax(ratios.map((ratio) => ratio / temperature)).map((share) => share * size);
}
