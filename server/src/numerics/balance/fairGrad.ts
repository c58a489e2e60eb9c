import type { Gramian } from '../gramian.ts';
import { component, constantVector } from './dense.ts';
import { type FairEquation, type FairPoint, levelled, solveFairEquation } from './fairEquation.ts';
import { type CommonDescent, commonDescent } from './minimumNorm.ts';
import { spread, unitRows } from './unitRows.ts';

export interface FairGradOptions {
  /** α ≥ 0. 0 is the sum, 1 (default) proportional fairness (Nash), ∞ would be the max–min of MGDA. */
  readonly alpha?: number;
}

/**
 * FairGrad (Ban & Ji ICML 2024, eq. 4): a > 0 with G a = a^(−1/α), the d of an α-fair sharing of the
 * descents d·gₖ. It is where ½aᵀGa − Σ aₖ^(1−1/α)/(1−1/α) is least (−Σ log aₖ for α = 1): strictly convex,
 * so damped Newton finds it to rounding, where the references run a least-squares solver to 1e-8.
 *
 * Degenerate: gradients of length zero get 0. Where no direction goes down for all losses there is no
 * minimum (a → ∞) and no step is taken. An entry that is not finite gives NaN.
 */
export function fairGrad(gramian: Gramian, options: FairGradOptions = {}): readonly number[] {
  const { alpha = 1 } = options;
  const unit = unitRows(gramian);
  if (unit === undefined) return constantVector(gramian.size, Number.NaN);
  if (alpha === 0) return constantVector(gramian.size, 1);
  const descent = unit.rows.length === 0 ? undefined : commonDescent(unit);
  if (descent === undefined) return constantVector(gramian.size, 0);
  const power = 1 / alpha;
  // In units of the geometric mean of the norms; G = ν²G′ has a = a′ν^(−2/(1+1/α)).
  const logNorms = unit.norms.map(Math.log);
  const middle = logNorms.reduce((sum, value) => sum + value, 0) / logNorms.length;
  const pulls = Float64Array.from(logNorms, (value) => Math.exp((power - 1) * (value - middle)));
  const equation = { cosines: unit.cosines, pulls, power };
  const directions = solveFairEquation(equation, start(equation, descent));
  const scale = Math.exp((-2 * middle) / (1 + power));
  const coefficients = logNorms.map(
    (value, index) => (component(directions, index) * scale) / Math.exp(value - middle),
  );
  return spread(unit, coefficients);
}

/**
 * The lower of two points: where gradients hardly meet, and where they nearly oppose each other (then b is
 * about along the minimum-norm weights).
 */
function start(equation: FairEquation, { weights, squared }: CommonDescent): FairPoint {
  const exponent = 1 / (1 + equation.power);
  const single = levelled(
    equation,
    equation.pulls.map((pull) => pull ** exponent),
  );
  const opposed = levelled(
    equation,
    Float64Array.from(weights, (weight) => weight + squared),
  );
  return opposed.potential < single.potential ? opposed : single;
}
