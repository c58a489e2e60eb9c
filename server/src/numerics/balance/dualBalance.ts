import { type Gramian, gradientNorm } from '../gramian.ts';
import { component, constantVector } from './dense.ts';
import { divideRows } from './scaleRows.ts';
import { hasFiniteEntries } from './unitRows.ts';

/** Added to a loss before its logarithm, and to a norm before dividing by it, as LibMTL. */
const epsilon = 1e-8;

/**
 * DB-MTL (Lin et al. 2023, eq. 3): the gradients of log L, averaged over steps, are all brought to the
 * length of the longest: aₖ = maxⱼ nⱼ / (nₖ + 1e-8).
 *
 * @param averages Gramian of the running averages of ∇log Lₖ (see `logGradientGramian`)
 * @returns coefficients of those averages. A gradient of length zero gets 0, where LibMTL multiplies it
 *   by max n/1e-8; an entry that is not finite gives NaN.
 */
export function dualBalance(averages: Gramian): readonly number[] {
  const { size } = averages;
  if (!hasFiniteEntries(averages)) return constantVector(size, Number.NaN);
  const norms = Array.from({ length: size }, (_, index) => gradientNorm(averages, index));
  const longest = Math.max(0, ...norms);
  return norms.map((norm) => (norm === 0 ? 0 : longest / (norm + epsilon)));
}

/**
 * The share of the old average that stays at a step counted from 1: β/t^σ. LibMTL: β 0.9, σ 0. The paper
 * starts the average at 0 without correcting for it.
 */
export function dualBalanceRetention(step: number, beta = 0.9, betaSigma = 0): number {
  return beta / step ** betaSigma;
}

/**
 * The Gramian of ∇log(Lₖ + 1e-8) = gₖ/(Lₖ + 1e-8) from that of the gradients. A loss that is not positive
 * has no logarithm: its gradient is left as it is.
 */
export function logGradientGramian(gramian: Gramian, losses: readonly number[]): Gramian {
  const { size } = gramian;
  const divisors = Array.from({ length: size }, (_, index) => {
    const loss = component(losses, index);
    return loss > 0 ? loss + epsilon : 1;
  });
  return divideRows(gramian, divisors);
}
