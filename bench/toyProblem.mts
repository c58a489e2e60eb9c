import { adamStep, firstAdamMoments } from '../server/src/numerics/balance/adamStep.ts';

/**
 * The toy problem of CAGrad, Nash-MTL and FAMO (Liu et al. NeurIPS 2021, appendix; Liu et al. NeurIPS 2023,
 * §5.1): two losses of two parameters with two basins, of which only the right point of view (both losses)
 * finds the way out. The first loss is multiplied by `scale`.
 */
export interface ToyReading {
  readonly losses: readonly [number, number];
  /** ∇f₁ and ∇f₂. */
  readonly rows: readonly [Point, Point];
}

export type Point = readonly [x1: number, x2: number];

/** Where the papers start. */
export const starts: readonly Point[] = [
  [-8.5, 7.5],
  [0, 0],
  [9, 9],
  [-7.5, -0.5],
  [9, -1],
];

/** The lower bounds that FAMO's toy gives its losses, for the first times `scale`. */
export const lowerBound = -21;

const leastLogarithm = 5e-6;

/** Value and derivatives by x₁ and x₂. */
type Jet = readonly [value: number, by1: number, by2: number];

export function readToy([x1, x2]: Point, scale: number): ToyReading {
  const slope = 1 / Math.cosh(x2) ** 2;
  // 0.5(−x₁−7) − tanh(−x₂) and 0.5(−x₁+3) + tanh(−x₂) + 2.
  const upper1 = logarithm([-0.5 * (x1 + 7) + Math.tanh(x2), -0.5, slope]);
  const upper2 = logarithm([-0.5 * (x1 - 3) - Math.tanh(x2) + 2, -0.5, -slope]);
  const half = 0.5 / Math.cosh(0.5 * x2) ** 2;
  const gate = Math.tanh(0.5 * x2);
  // torch.clamp passes the gradient where its argument is at the bound.
  const c1: Jet = [Math.max(gate, 0), 0, gate >= 0 ? half : 0];
  const c2: Jet = [Math.max(-gate, 0), 0, gate <= 0 ? -half : 0];
  const first = add(multiply(upper1, c1), multiply(bowl(x1 - 7, x2), c2));
  const second = add(multiply(upper2, c1), multiply(bowl(x1 + 7, x2), c2));
  return {
    losses: [scale * first[0], second[0]],
    rows: [
      [scale * first[1], scale * first[2]],
      [second[1], second[2]],
    ],
  };
}

/** log max(|x|, 5e-6) + 6. */
function logarithm([value, by1, by2]: Jet): Jet {
  if (Math.abs(value) < leastLogarithm) return [Math.log(leastLogarithm) + 6, 0, 0];
  return [Math.log(Math.abs(value)) + 6, by1 / value, by2 / value];
}

/** (a² + 0.1 (−x₂ − 8)²)/10 − 20. */
function bowl(across: number, x2: number): Jet {
  return [(across ** 2 + 0.1 * (x2 + 8) ** 2) / 10 - 20, across / 5, (x2 + 8) / 50];
}

function add(first: Jet, second: Jet): Jet {
  return [first[0] + second[0], first[1] + second[1], first[2] + second[2]];
}

function multiply(first: Jet, second: Jet): Jet {
  return [
    first[0] * second[0],
    first[1] * second[0] + first[0] * second[1],
    first[2] * second[0] + first[0] * second[2],
  ];
}

/** Coefficients of the two gradients for a reading; may remember. */
export type ToyMethod = (reading: ToyReading) => readonly number[];

/** Where Adam at 1e-3 ends. */
export function descend(start: Point, scale: number, steps: number, method: ToyMethod): Point {
  let point: Point = start;
  let moments = firstAdamMoments(2);
  for (let step = 0; step < steps; step += 1) {
    const reading = readToy(point, scale);
    const [first = 0, second = 0] = method(reading);
    const [a, b] = reading.rows;
    const direction = [first * a[0] + second * b[0], first * a[1] + second * b[1]];
    const next = adamStep(point, direction, moments, { rate: 1e-3 });
    moments = next.moments;
    point = [next.values[0] ?? Number.NaN, next.values[1] ?? Number.NaN];
  }
  return point;
}

/** On the Pareto set of the lower basin. */
export function succeeded([x1, x2]: Point): boolean {
  return Math.abs(x2 + 8) < 1 && Math.abs(x1) <= 7.2;
}
