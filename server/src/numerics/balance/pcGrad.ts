import type { Gramian } from '../gramian.ts';
import { component, constantVector, scaled } from './dense.ts';
import { hasFiniteEntries } from './unitRows.ts';

/**
 * The orders in which each loss visits the others: one list of indexes per loss. A loss's own index in
 * its list is skipped.
 */
export type VisitOrders = readonly (readonly number[])[];

/** Every loss visits the others by rising index. */
export function indexOrders(size: number): VisitOrders {
  return Array.from({ length: size }, () => Array.from({ length: size }, (_, index) => index));
}

/**
 * PCGrad (Yu et al. NeurIPS 2020, algorithm 1), sum form: each gradient in turn loses its part against
 * every other gradient with which it conflicts, gᵢ ← gᵢ − (gᵢ·gⱼ)/|gⱼ|² gⱼ, and the results are added up.
 * Non-conflicting for K = 2 only; for K ≥ 3 the result depends on the orders and may still conflict.
 *
 * Where the references are wrong: the authors' TensorFlow code throws the shuffled list away (a fixed
 * order); the common PyTorch port always averages, whatever its `reduction` says.
 *
 * Degenerate: a gradient of length zero conflicts with none and keeps coefficient 1; opposed gradients
 * cancel to d = 0. An entry that is not finite gives NaN.
 */
export function pcGrad(
  gramian: Gramian,
  orders: VisitOrders = indexOrders(gramian.size),
): readonly number[] {
  const { size } = gramian;
  const sums = constantVector(size, 0);
  for (let own = 0; own < size; own += 1) {
    const coefficients = projected(gramian, own, orders[own] ?? []);
    for (let index = 0; index < size; index += 1) {
      sums[index] = component(sums, index) + component(coefficients, index);
    }
  }
  return hasFiniteEntries(gramian) ? sums : constantVector(size, Number.NaN);
}

/** The coefficients of gᵢ after its projections. */
function projected(gramian: Gramian, own: number, order: readonly number[]): readonly number[] {
  const { size } = gramian;
  const coefficients = constantVector(size, 0);
  coefficients[own] = 1;
  for (const other of order) {
    if (other === own) continue;
    let product = 0;
    for (let index = 0; index < size; index += 1) {
      product += component(coefficients, index) * gramian.at(index, other);
    }
    const squared = gramian.at(other, other);
    if (product >= 0 || squared <= 0) continue;
    coefficients[other] = component(coefficients, other) - product / squared;
  }
  return coefficients;
}

/** The mean form, d/K, as the common PyTorch port computes it. */
export function pcGradMean(gramian: Gramian, orders?: VisitOrders): readonly number[] {
  const coefficients = pcGrad(gramian, orders);
  return scaled(coefficients, 1 / Math.max(1, coefficients.length));
}
