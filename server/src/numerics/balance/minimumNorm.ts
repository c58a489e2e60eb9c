import type { Gramian } from '../gramian.ts';
import { component, dot, entry, matrixOf, smallestAt, times, total } from './dense.ts';
import { minimizeNonnegative } from './nonnegativeQuadratic.ts';
import type { UnitRows } from './unitRows.ts';
import { unitRows } from './unitRows.ts';

/**
 * The point of least norm in the convex hull of the rows nₖuₖ, as weights aₖ ≥ 0, Σ aₖ = 1.
 *
 * The simplex goes into the objective: the minimiser of |Jᵀa|² + (Σa − 1)² over a ≥ 0 is the one
 * sought but for its length (for sum s the objective is s²m + (s−1)², so s = 1/(1+m)). In directions
 * bₖ = nₖaₖ and in units of the least norm, Q = C + hhᵀ with hₖ = n_min/nₖ, whatever the scales.
 */
export function minimumNormWeights({ norms, cosines }: UnitRows): readonly number[] {
  const least = smallestAt(norms);
  const ratios = norms.map((norm) => component(norms, least) / norm);
  const quadratic = matrixOf(
    norms.length,
    (i, j) => entry(cosines, i, j) + component(ratios, i) * component(ratios, j),
  );
  const directions = minimizeNonnegative(quadratic, ratios, 1 << least);
  const weights = directions.map((value, index) => value * component(ratios, index));
  const sum = total(weights);
  return weights.map((weight) => weight / sum);
}

/** A squared norm of unit rows below this is 0 but for the rounding of their cosines. */
const stationary = 1e-13;

/** The way down for every loss whose gradient does not vanish. */
export interface CommonDescent {
  /** The minimum-norm weights of the directions uₖ. */
  readonly weights: readonly number[];
  /** The squared norm that they give. */
  readonly squared: number;
}

/** Undefined where that norm is 0: no direction goes down for all (Pareto-stationary; Désidéri 2012). */
export function commonDescent(unit: UnitRows): CommonDescent | undefined {
  const weights = minimumNormWeights({ ...unit, norms: unit.norms.map(() => 1) });
  const squared = dot(weights, times(unit.cosines, weights));
  return squared > stationary ? { weights, squared } : undefined;
}

/**
 * |d*| / minₖ nₖ of the minimum-norm point over the gradients that do not vanish: 0 at a
 * Pareto-stationary point (rule R30 of science.md §2.4); undefined where all vanish or an entry is not
 * finite.
 */
export function stationarity(gramian: Gramian): number | undefined {
  const unit = unitRows(gramian);
  if (unit === undefined || unit.rows.length === 0) return undefined;
  const weights = minimumNormWeights(unit);
  const directions = weights.map((weight, index) => weight * component(unit.norms, index));
  const squared = dot(directions, times(unit.cosines, directions));
  return Math.sqrt(Math.max(0, squared)) / Math.min(...unit.norms);
}
