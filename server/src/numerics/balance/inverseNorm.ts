import { type Gramian, gradientNorm } from '../gramian.ts';
import { median } from '../median.ts';
import { constantVector, total } from './dense.ts';
import { hasFiniteEntries } from './unitRows.ts';

/** Norms below this share of their median count as this: a loss that is done must not take over. */
const smallestShare = 1e-3;

/**
 * K (1/nₖ)/Σⱼ(1/nⱼ) (seed 003 done right; M11 of science.md §1.3): every loss pulls with the same norm,
 * and the coefficients sum to K, so that the learning rate keeps its meaning. nₖ is floored at 1e-3 of
 * the median of the norms.
 *
 * Degenerate: where more than half of the gradients vanish, the median of those that do not sets the
 * floor; where all do, every coefficient is 1. An entry that is not finite gives NaN.
 */
export function inverseNorm(gramian: Gramian): readonly number[] {
  const { size } = gramian;
  if (!hasFiniteEntries(gramian)) return constantVector(size, Number.NaN);
  const norms = Array.from({ length: size }, (_, index) => gradientNorm(gramian, index));
  const positive = norms.filter((norm) => norm > 0);
  if (positive.length === 0) return constantVector(size, 1);
  const all = median(norms);
  const least = smallestShare * (all > 0 ? all : median(positive));
  const floored = norms.map((norm) => Math.max(norm, least));
  // In units of the floor, so that no reciprocal overflows.
  const inverses = floored.map((norm) => least / norm);
  const sum = total(inverses);
  return inverses.map((inverse) => (size * inverse) / sum);
}
