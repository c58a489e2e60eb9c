import { type Gramian, gradientNorm } from '../gramian.ts';
import { constantVector, total } from './dense.ts';
import { hasFiniteEntries } from './unitRows.ts';

/**
 * Σⱼnⱼ / (nₖ + ε) (seed 003 as written, but with the norm of the whole gradient), ε = 1e-8 by default.
 *
 * Traps, which `inverseNorm` does not have: the coefficients sum to K² or more (K equal norms give K
 * each), which raises the learning rate; a gradient of length zero gets Σn/ε. An entry that is not finite
 * gives NaN.
 */
export function inverseNormSeed(gramian: Gramian, epsilon = 1e-8): readonly number[] {
  if (!hasFiniteEntries(gramian)) return constantVector(gramian.size, Number.NaN);
  const norms = Array.from({ length: gramian.size }, (_, index) => gradientNorm(gramian, index));
  const sum = total(norms);
  return norms.map((norm) => sum / (norm + epsilon));
}

/** The "norm" of seed 003: Σ of the norms of single tensors, which depends on how they are split. */
export function sumOfTensorNorms(tensors: readonly (readonly number[])[]): number {
  return total(tensors.map((tensor) => Math.hypot(...tensor)));
}

/** The norm of the whole gradient, √Σ|tensor|². */
export function globalNorm(tensors: readonly (readonly number[])[]): number {
  return Math.hypot(...tensors.map((tensor) => Math.hypot(...tensor)));
}
