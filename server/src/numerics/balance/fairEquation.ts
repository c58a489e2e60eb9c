import { Cholesky } from './cholesky.ts';
import { at, product, type SquareMatrix } from './dense.ts';

/**
 * C b = s b^(−q) for b > 0, that is where the potential ½bᵀCb − Σ s φ(b) with φ′(b) = b^(−q) is least:
 * strictly convex, so damped Newton finds it to rounding.
 */
export interface FairEquation {
  /** C, of unit diagonal. */
  readonly cosines: SquareMatrix;
  /** s > 0. */
  readonly pulls: Float64Array;
  /** q > 0. */
  readonly power: number;
}

/** A point b > 0 and what is needed to know there. */
export interface FairPoint {
  readonly point: Float64Array;
  /** C b. */
  readonly products: Float64Array;
  /** s b^(−q). */
  readonly demands: Float64Array;
  readonly potential: number;
  /** The sum of the potential's parts without their signs. */
  readonly parts: number;
}

/** Relative residual that counts as solved, and from which on one that no longer halves is rounding. */
const solved = 1e-14;
const nearlySolved = 1e-8;
const mostIterations = 200;
/** Armijo's constant and the share of the way to b = 0 that a step may take. */
const sufficient = 1e-4;
const shareOfWay = 0.95;
/** Relative rounding of the potential's parts. */
const rounding = 1e-14;

export function fairPoint(equation: FairEquation, point: Float64Array): FairPoint {
  const { cosines, pulls, power } = equation;
  const products = product(cosines, point);
  const demands = new Float64Array(point.length);
  let [sum, form, gains, parts] = [0, 0, 0, 0];
  for (let index = 0; index < point.length; index += 1) {
    const value = at(point, index);
    const pull = at(pulls, index);
    const demand = power === 1 ? pull / value : pull * value ** -power;
    const gain = power === 1 ? pull * Math.log(value) : (demand * value) / (1 - power);
    demands[index] = demand;
    sum += value;
    form += value * at(products, index);
    gains += gain;
    parts += Math.abs(gain);
  }
  // bᵀCb cancels where gradients nearly oppose each other: what it is made of is (Σb)².
  return { point, products, demands, potential: form / 2 - gains, parts: parts + sum * sum };
}

/** The point scaled so that bᵀCb = Σ s b^(1−q), as at the solution. */
export function levelled(equation: FairEquation, point: Float64Array): FairPoint {
  const { products, demands } = fairPoint(equation, point);
  let [form, gain] = [0, 0];
  for (let index = 0; index < point.length; index += 1) {
    form += at(point, index) * at(products, index);
    gain += at(point, index) * at(demands, index);
  }
  const factor = (gain / form) ** (1 / (1 + equation.power));
  return fairPoint(
    equation,
    point.map((value) => value * factor),
  );
}

/** b. */
export function solveFairEquation(equation: FairEquation, start: FairPoint): Float64Array {
  const takeStep = newtonStep(equation);
  let current = start;
  let off = residual(current);
  for (let iteration = 0; iteration < mostIterations && off > solved; iteration += 1) {
    const step = takeStep(current);
    const next = step && search(equation, current, step);
    if (next === undefined) break;
    const nextOff = residual(next);
    if (nextOff > off / 2 && off < nearlySolved) break;
    current = next;
    off = nextOff;
  }
  return current.point;
}

/** The largest |C b − s b^(−q)| relative to s b^(−q), less what is rounding of C b and cannot be had. */
function residual({ point, products, demands }: FairPoint): number {
  let sum = 0;
  for (let index = 0; index < point.length; index += 1) sum += at(point, index);
  const noise = 2 ** -50 * sum;
  let worst = 0;
  for (let index = 0; index < point.length; index += 1) {
    const demand = at(demands, index);
    worst = Math.max(worst, (Math.abs(at(products, index) - demand) - noise) / demand);
  }
  return worst;
}

/**
 * −H⁻¹ gradient at a point, with the variables in units of the point, in which H = B C B +
 * q diag(s b^(1−q)) is well scaled. Undefined where H is singular to rounding.
 */
function newtonStep({
  cosines: { size, entries },
  power,
}: FairEquation): (from: FairPoint) => Float64Array | undefined {
  const hessian = new Float64Array(size * size);
  const cholesky = new Cholesky({ size, entries: hessian });
  const all = Array.from({ length: size }, (_, index) => index);
  const units = new Float64Array(size);
  const right = new Float64Array(size);
  return ({ point, products, demands }) => {
    for (let row = 0; row < size; row += 1) {
      const value = at(point, row);
      const curvature = power * at(demands, row) * value;
      const unit = value / Math.sqrt(value * value + curvature);
      units[row] = unit;
      right[row] = (at(demands, row) - at(products, row)) * unit;
      // The rows and columns up to the diagonal: Cholesky reads no others. It is 1, C's being 1.
      for (let column = 0; column < row; column += 1) {
        hessian[row * size + column] = unit * at(entries, row * size + column) * at(units, column);
      }
      hessian[row * size + row] = 1;
    }
    if (!cholesky.factorize(all)) return undefined;
    const step = cholesky.solve(right);
    for (let row = 0; row < size; row += 1) step[row] = at(step, row) * at(units, row);
    return step;
  };
}

/** The next point along a Newton step: inside b > 0 and lower; undefined where rounding is reached. */
function search(
  equation: FairEquation,
  before: FairPoint,
  step: Float64Array,
): FairPoint | undefined {
  const { point, products, demands, potential, parts } = before;
  let nearest = Number.POSITIVE_INFINITY;
  let slope = 0;
  for (let index = 0; index < step.length; index += 1) {
    const change = at(step, index);
    if (change < 0) nearest = Math.min(nearest, -at(point, index) / change);
    slope += (at(products, index) - at(demands, index)) * change;
  }
  for (let length = Math.min(1, shareOfWay * nearest); length > 1e-12; length /= 2) {
    const after = fairPoint(equation, along(point, step, length));
    const allowed = sufficient * length * slope + rounding * (parts + after.parts);
    if (after.potential - potential <= allowed) return after;
  }
  return undefined;
}

function along(point: Float64Array, step: Float64Array, length: number): Float64Array {
  const next = new Float64Array(point.length);
  for (let index = 0; index < point.length; index += 1) {
    next[index] = at(point, index) + length * at(step, index);
  }
  return next;
}
