import type { SetWeightFix } from '../model/finding.ts';
import type { TermEvidence } from './rule.ts';

/** The share of the gradient that a proposed weight aims at: twice R1's threshold. */
export const targetShare = 0.1;

/**
 * The weight at which a term would supply 10 % of the gradient norm, the other terms' weighted
 * norms being as they are: with ν = w‖g‖ / (w‖g‖ + R), w' = w · τ(1 − ν) / (ν(1 − τ)). Rounded to
 * two significant digits. None where the share is 0 (no weight would help) or not below the aim.
 */
export function proposeWeight(
  term: TermEvidence,
  share: number,
  because: string,
): readonly SetWeightFix[] {
  if (!(share > 0 && share < targetShare)) return [];
  const exact = (term.weight * (targetShare * (1 - share))) / (share * (1 - targetShare));
  const weight = Number(exact.toPrecision(2));
  if (!Number.isFinite(weight)) return [];
  return [{ kind: 'set-weight', term: term.name, weight, because }];
}
