import type { Gramian } from '../gramian.ts';
import {
  component,
  constantVector,
  dot,
  entry,
  matrixOf,
  type SquareMatrix,
  times,
} from './dense.ts';
import { indexOrders, type VisitOrders } from './pcGrad.ts';
import { hasFiniteEntries } from './unitRows.ts';

export interface GradVacOptions {
  /** β, the share of the new cosine in the targets. Default 0.5 (LibMTL, TorchJD; the paper 0.01). */
  readonly beta?: number;
  /** Default: by rising index. The references draw them at random. */
  readonly orders?: VisitOrders;
}

export interface GradVacStep {
  readonly coefficients: readonly number[];
  /** φ̂ᵢⱼ after this step; i is the loss that moves, so the matrix is not symmetric. */
  readonly targets: readonly (readonly number[])[];
}

/** The targets before the first step: all 0, which makes it the step of PCGrad. */
export function firstGradVacTargets(size: number): readonly (readonly number[])[] {
  return Array.from({ length: size }, () => constantVector(size, 0));
}

/** A moved gradient shorter than this share of what it was has no direction left. */
const vanished = 1e-12;

/**
 * Gradient Vaccine (Wang et al. ICLR 2021, eq. 6 and 7): where the cosine φ of gᵢ with gⱼ is below its
 * running target φ̂, gᵢ gets as much of gⱼ as brings it there,
 * gᵢ ← gᵢ + |gᵢ| (φ̂√(1−φ²) − φ√(1−φ̂²)) / (|gⱼ|√(1−φ̂²)) gⱼ, then φ̂ ← (1−β)φ̂ + βφ. Sum form.
 *
 * Degenerate: a gradient of length zero, or one that was moved to zero, counts as φ = 0 and is not
 * moved; a target of ±1 moves nothing (the formula divides by √(1−φ̂²); the references add 1e-8 and
 * take a step of up to 10⁸ gradients there). An entry that is not finite gives NaN and leaves the
 * targets as they were.
 */
export function gradVac(
  gramian: Gramian,
  targets: readonly (readonly number[])[],
  options: GradVacOptions = {},
): GradVacStep {
  const { size } = gramian;
  const { beta = 0.5, orders = indexOrders(size) } = options;
  if (!hasFiniteEntries(gramian)) {
    return { coefficients: constantVector(size, Number.NaN), targets };
  }
  const products = matrixOf(size, (row, column) => gramian.at(row, column));
  const sums = constantVector(size, 0);
  const moved = targets.map((row, own) => {
    const order = (orders[own] ?? []).filter((other) => other !== own);
    const vaccinated = vaccinate(products, own, order, row, beta);
    for (const [index, value] of vaccinated.coefficients.entries()) {
      sums[index] = component(sums, index) + value;
    }
    return vaccinated.targets;
  });
  return { coefficients: sums, targets: moved };
}

/** What one gradient becomes, and the targets of its row after it. */
function vaccinate(
  products: SquareMatrix,
  own: number,
  order: readonly number[],
  before: readonly number[],
  beta: number,
): { readonly coefficients: readonly number[]; readonly targets: readonly number[] } {
  const coefficients = constantVector(products.size, 0);
  coefficients[own] = 1;
  const targets = [...before];
  const least = vanished * Math.sqrt(entry(products, own, own));
  for (const other of order) {
    const withAll = times(products, coefficients);
    const norm = Math.sqrt(Math.max(0, dot(coefficients, withAll)));
    const otherNorm = Math.sqrt(entry(products, other, other));
    const directed = norm > least && otherNorm > 0;
    const cosine = directed ? clamp(component(withAll, other) / norm / otherNorm) : 0;
    const target = component(targets, other);
    targets[other] = (1 - beta) * target + beta * cosine;
    if (!directed) continue;
    const added = (addition(cosine, target) * norm) / otherNorm;
    coefficients[other] = component(coefficients, other) + added;
  }
  return { coefficients, targets };
}

/** How much of uⱼ a gradient of length 1 needs. */
function addition(cosine: number, target: number): number {
  const targetSine = Math.sqrt(Math.max(0, 1 - target * target));
  if (cosine >= target || targetSine === 0) return 0;
  const sine = Math.sqrt(Math.max(0, 1 - cosine * cosine));
  return (target * sine - cosine * targetSine) / targetSine;
}

function clamp(cosine: number): number {
  return Math.max(-1, Math.min(1, cosine));
}
