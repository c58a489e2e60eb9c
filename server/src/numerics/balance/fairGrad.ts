import type { Gramian } from '../gramian.ts';
import { factorize } from './cholesky.ts';
import {
  component,
  constantVector,
  dot,
  entry,
  matrixOf,
  type SquareMatrix,
  scaled,
  times,
  total,
} from './dense.ts';
import { commonDescent } from './minimumNorm.ts';
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
  const pulls = logNorms.map((value) => Math.exp((power - 1) * (value - middle)));
  const directions = balance(
    unit.cosines,
    pulls,
    power,
    start(unit.cosines, pulls, power, descent),
  );
  const scale = Math.exp((-2 * middle) / (1 + power));
  return spread(
    unit,
    directions.map(
      (value, index) => (value * scale) / Math.exp(component(logNorms, index) - middle),
    ),
  );
}

/** Relative residual that counts as solved, and from which on one that no longer halves is rounding. */
const solved = 1e-14;
const nearlySolved = 1e-8;
const mostIterations = 200;
/** Armijo's constant and the share of the way to b = 0 that a step may take. */
const sufficient = 1e-4;
const shareOfWay = 0.95;

/**
 * The lower of two points, each scaled so that bᵀCb = Σ s b^(1−q), as at the solution: where gradients hardly
 * meet, and where they nearly oppose each other (then b is about along the minimum-norm weights).
 */
function start(
  cosines: SquareMatrix,
  pulls: readonly number[],
  power: number,
  { weights, squared }: { readonly weights: readonly number[]; readonly squared: number },
): readonly number[] {
  const single = pulls.map((pull) => pull ** (1 / (1 + power)));
  const opposed = weights.map((weight) => weight + squared);
  const [first, second] = [single, opposed].map((point) => {
    const gain = dot(
      pulls,
      point.map((value) => value ** (1 - power)),
    );
    return scaled(point, (gain / dot(point, times(cosines, point))) ** (1 / (1 + power)));
  });
  if (first === undefined || second === undefined) return single;
  const lower = potential(cosines, pulls, power, first).value;
  return potential(cosines, pulls, power, second).value < lower ? second : first;
}

/** b > 0 with C b = s b^(−q). */
function balance(
  cosines: SquareMatrix,
  pulls: readonly number[],
  power: number,
  first: readonly number[],
): readonly number[] {
  let current = first;
  let gradient = residual(cosines, pulls, power, current);
  let off = relativeSize(gradient, pulls, power, current);
  for (let iteration = 0; iteration < mostIterations && off > solved; iteration += 1) {
    const step = newtonStep(cosines, pulls, power, current, gradient);
    const next = step && search(cosines, pulls, power, current, step, gradient);
    if (next === undefined) break;
    gradient = residual(cosines, pulls, power, next);
    const nextOff = relativeSize(gradient, pulls, power, next);
    if (nextOff > off / 2 && off < nearlySolved) break;
    current = next;
    off = nextOff;
  }
  return current;
}

function residual(
  cosines: SquareMatrix,
  pulls: readonly number[],
  power: number,
  point: readonly number[],
): number[] {
  return times(cosines, point).map(
    (pull, index) => pull - component(pulls, index) * component(point, index) ** -power,
  );
}

function relativeSize(
  gradient: readonly number[],
  pulls: readonly number[],
  power: number,
  point: readonly number[],
): number {
  // Rounding of C b; more than that cannot be had.
  const noise = 2 ** -50 * total(point);
  return gradient.reduce((worst, value, index) => {
    const scale = component(pulls, index) * component(point, index) ** -power;
    return Math.max(worst, (Math.abs(value) - noise) / scale);
  }, 0);
}

/**
 * −H⁻¹ gradient, with the variables in units of the point, in which H = B C B + q diag(s b^(1−q)) is well
 * scaled.
 */
function newtonStep(
  cosines: SquareMatrix,
  pulls: readonly number[],
  power: number,
  point: readonly number[],
  gradient: readonly number[],
): readonly number[] | undefined {
  const curvature = point.map(
    (value, index) => power * component(pulls, index) * value ** (1 - power),
  );
  const widths = point.map((value, index) =>
    Math.sqrt(value * value + component(curvature, index)),
  );
  const hessian = matrixOf(point.length, (i, j) => {
    const inner = component(point, i) * entry(cosines, i, j) * component(point, j);
    const whole = i === j ? inner + component(curvature, i) : inner;
    return whole / component(widths, i) / component(widths, j);
  });
  const solve = factorize(
    hessian,
    point.map((_, index) => index),
  );
  const right = gradient.map(
    (value, index) => (-value * component(point, index)) / component(widths, index),
  );
  return solve?.(right).map(
    (value, index) => (value / component(widths, index)) * component(point, index),
  );
}

/** The next point along a Newton step: inside b > 0 and lower; undefined where rounding is reached. */
function search(
  cosines: SquareMatrix,
  pulls: readonly number[],
  power: number,
  point: readonly number[],
  step: readonly number[],
  gradient: readonly number[],
): number[] | undefined {
  const nearest = point.reduce(
    (least, value, index) =>
      component(step, index) < 0 ? Math.min(least, -value / component(step, index)) : least,
    Number.POSITIVE_INFINITY,
  );
  const slope = dot(gradient, step);
  const before = potential(cosines, pulls, power, point);
  for (let length = Math.min(1, shareOfWay * nearest); length > 1e-12; length /= 2) {
    const next = point.map((value, index) => value + length * component(step, index));
    const after = potential(cosines, pulls, power, next);
    const allowed = sufficient * length * slope + rounding * (before.parts + after.parts);
    if (after.value - before.value <= allowed) return next;
  }
  return undefined;
}

/** Relative rounding of the potential's parts. */
const rounding = 1e-14;

/** ½bᵀCb − Σ s φ(b) with φ′(b) = b^(−q), and the sum of its parts without their signs. */
function potential(
  cosines: SquareMatrix,
  pulls: readonly number[],
  power: number,
  point: readonly number[],
): { readonly value: number; readonly parts: number } {
  const half = dot(point, times(cosines, point)) / 2;
  let gains = 0;
  // bᵀCb cancels where gradients nearly oppose each other: what it is made of is (Σb)².
  let parts = total(point) ** 2;
  for (const [index, value] of point.entries()) {
    const raw = power === 1 ? Math.log(value) : value ** (1 - power) / (1 - power);
    gains += component(pulls, index) * raw;
    parts += Math.abs(component(pulls, index) * raw);
  }
  return { value: half - gains, parts };
}
