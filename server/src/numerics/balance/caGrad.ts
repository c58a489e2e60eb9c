import type { Gramian } from '../gramian.ts';
import { Cholesky } from './cholesky.ts';
import { component, constantVector, dot, product, scaled, smallestAt, times } from './dense.ts';
import { type SupportTrial, searchSupports } from './supportSearch.ts';
import { spread, type UnitRows, unitRows } from './unitRows.ts';

export interface CaGradOptions {
  /** c, how far d may be from the mean gradient, in its lengths. Default 0.4. c = 0 is the mean. */
  readonly c?: number;
  /** 0 as in the paper (default), 1 divides by 1+c² (default of the authors' code), 2 by 1+c. */
  readonly rescale?: 0 | 1 | 2;
}

/** |ḡ| below this share of the longest gradient is cancellation, not a direction. */
const vanishingMean = 1e-14;
/** A worst margin below this means that no point on the ball meets the conditions. */
const notOptimal = -1e-9;

/**
 * CAGrad (Liu et al. NeurIPS 2021, eq. 4): the d within |d − ḡ| ≤ c|ḡ| that makes minₖ d·gₖ largest; by
 * duality d = ḡ + c|ḡ| g_w/|g_w| with w = argmin over the simplex of g_w·ḡ + c|ḡ||g_w|.
 *
 * Solved exactly: when the losses S hold the minimum together, d = ḡ + Σ_S βₖuₖ with d·gₖ = ν on S and
 * |Σ βₖuₖ| = c|ḡ|, a quadratic equation in ν; the right S has β ≥ 0 and d·gₖ ≥ ν elsewhere. The
 * authors' SLSQP is accurate to about 1e-4 only. Their code then multiplies by K, to match a sum: this
 * does not.
 *
 * Degenerate: a gradient of length zero counts in ḡ but holds no minimum (the formula itself is
 * undefined then). ḡ = 0 gives the mean. Where no direction goes down for all and c ≥ 1, the best d is
 * 0. An entry that is not finite gives NaN. K = 1 gives (1+c) g for rescale 0.
 */
export function caGrad(gramian: Gramian, options: CaGradOptions = {}): readonly number[] {
  const { c = 0.4, rescale = 0 } = options;
  const { size } = gramian;
  const unit = unitRows(gramian);
  if (unit === undefined) return constantVector(size, Number.NaN);
  const meanCoefficients = constantVector(size, 1 / size);
  // ḡ in coefficients of the directions, in units of the longest gradient.
  const longest = Math.max(...unit.norms);
  const average = unit.norms.map((norm) => norm / longest / size);
  const projections = times(unit.cosines, average);
  const length = Math.sqrt(Math.max(0, dot(average, projections)));
  if (unit.rows.length === 0 || c === 0 || length <= vanishingMean) return meanCoefficients;
  const found = search(unit, scaled(projections, 1 / length), c);
  if (found === undefined) return constantVector(size, 0);
  const shrink = rescale === 1 ? 1 + c * c : rescale === 2 ? 1 + c : 1;
  const coefficients = found.map(
    (value, index) =>
      (1 / size + (value * length * longest) / component(unit.norms, index)) / shrink,
  );
  return spread(unit, coefficients, () => 1 / size / shrink);
}

/**
 * β in units of |ḡ|.
 *
 * @param projections uₖ·ḡ/|ḡ|
 */
function search(
  { norms, cosines }: UnitRows,
  projections: readonly number[],
  radius: number,
): readonly number[] | undefined {
  const least = Math.min(...norms);
  // d·gₖ ≥ ν in directions: d·uₖ ≥ ν n_min/nₖ, ν now in units of n_min|ḡ|.
  const ratios = norms.map((norm) => least / norm);
  const first = smallestAt(projections.map((value, index) => value * component(norms, index)));
  const cholesky = new Cholesky(cosines);
  const found = searchSupports(norms.length, 1 << first, (support): SupportTrial | undefined => {
    if (support.length === 0 || !cholesky.factorize(support)) return undefined;
    const slope = cholesky.solve(ratios);
    const offset = cholesky.solve(projections);
    const level = largerRoot(
      dot(ratios, slope),
      dot(ratios, offset),
      dot(projections, offset) - radius * radius,
    );
    const values = slope.map((value, index) => level * value - component(offset, index));
    const pulls = product(cosines, values);
    const scale = values.reduce((sum, value) => sum + Math.abs(value), 1);
    const margins = pulls.map(
      (pull, index) =>
        (component(projections, index) + pull - level * component(ratios, index)) / scale,
    );
    for (const index of support) margins[index] = component(values, index) / scale;
    return { values, margins };
  });
  return found === undefined || found.worst < notOptimal ? undefined : found.values;
}

/**
 * The larger x with a x² − 2 b x + c = 0, a > 0; without one, where the parabola is least: Σ βₖ/nₖ = 0
 * there, so that some β is negative and the search goes on.
 */
function largerRoot(a: number, b: number, c: number): number {
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  if (root === 0) return b / a;
  // The form without cancellation.
  return b >= 0 ? (b + root) / a : c / (b - root);
}
