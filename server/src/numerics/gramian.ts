import { invariant } from '../base/invariant.ts';

/**
 * The inner products of K gradients, G = J Jᵀ (K × K, symmetric): all that is needed to say how the
 * losses share a step. With weights w the step's direction is d = Σ wₖ gₖ. A weight of 0 leaves its
 * gradient out altogether, even where that gradient is not finite.
 */
export class Gramian {
  readonly size: number;
  readonly #entries: Float64Array;

  private constructor(size: number, entries: Float64Array) {
    this.size = size;
    this.#entries = entries;
  }

  /** From size² entries, row by row. Rounding may have left it not quite symmetric: it is averaged. */
  static fromEntries(size: number, entries: ArrayLike<number>): Gramian {
    invariant(
      entries.length === size * size,
      `a Gramian of ${size} rows has ${size * size} entries`,
    );
    const at = (row: number, column: number): number => entries[row * size + column] ?? Number.NaN;
    const symmetric = Float64Array.from({ length: size * size }, (_, index) => {
      const row = Math.floor(index / size);
      const column = index % size;
      return (at(row, column) + at(column, row)) / 2;
    });
    return new Gramian(size, symmetric);
  }

  /** ⟨g_row, g_column⟩. */
  at(row: number, column: number): number {
    return this.#entries[row * this.size + column] ?? Number.NaN;
  }

  /** The Gramian of the first `size` gradients. */
  leading(size: number): Gramian {
    const entries = Float64Array.from({ length: size * size }, (_, index) =>
      this.at(Math.floor(index / size), index % size),
    );
    return new Gramian(size, entries);
  }
}

/** ‖gₖ‖. */
export function gradientNorm(gramian: Gramian, index: number): number {
  return Math.sqrt(gramian.at(index, index));
}

/** ‖Σ wₖ gₖ‖. */
export function combinedNorm(gramian: Gramian, weights: readonly number[]): number {
  return squareRoot(quadraticForm(gramian, weights));
}

/**
 * νₖ = |wₖ|‖gₖ‖ / Σⱼ |wⱼ|‖gⱼ‖ (science.md §2.4): the share of each loss in the weighted norms.
 * Undefined where all weighted gradients vanish.
 */
export function gradientShares(
  gramian: Gramian,
  weights: readonly number[],
): readonly number[] | undefined {
  const norms = weights.map((weight, index) =>
    weight === 0 ? 0 : Math.abs(weight) * gradientNorm(gramian, index),
  );
  const sum = norms.reduce((total, norm) => total + norm, 0);
  return sum === 0 ? undefined : norms.map((norm) => norm / sum);
}

/**
 * πₖ = ⟨wₖ gₖ, d⟩ / ‖d‖² (science.md §2.4), signed; they sum to 1. Undefined where d vanishes.
 */
export function gradientContributions(
  gramian: Gramian,
  weights: readonly number[],
): readonly number[] | undefined {
  const projections = weights.map((weight, index) =>
    weight === 0 ? 0 : weight * innerProductWithSum(gramian, index, weights),
  );
  const squared = projections.reduce((total, projection) => total + projection, 0);
  return squared <= 0 ? undefined : projections.map((projection) => projection / squared);
}

/** The cosine of two gradients; undefined where one of them vanishes. */
export function cosine(gramian: Gramian, first: number, second: number): number | undefined {
  return ratio(
    gramian.at(first, second),
    gradientNorm(gramian, first) * gradientNorm(gramian, second),
  );
}

/**
 * The cosine of gₖ, whatever its own weight, with the weighted sum of the other gradients;
 * undefined where one of the two vanishes.
 */
export function cosineWithRest(
  gramian: Gramian,
  weights: readonly number[],
  index: number,
): number | undefined {
  const others = weights.map((weight, other) => (other === index ? 0 : weight));
  return ratio(
    innerProductWithSum(gramian, index, others),
    gradientNorm(gramian, index) * combinedNorm(gramian, others),
  );
}

/** ⟨gₖ, Σ wⱼ gⱼ⟩. */
function innerProductWithSum(gramian: Gramian, index: number, weights: readonly number[]): number {
  return weights.reduce(
    (sum, weight, other) => (weight === 0 ? sum : sum + weight * gramian.at(index, other)),
    0,
  );
}

/** wᵀ G w = ‖Σ wₖ gₖ‖². */
function quadraticForm(gramian: Gramian, weights: readonly number[]): number {
  return weights.reduce(
    (sum, weight, index) =>
      weight === 0 ? sum : sum + weight * innerProductWithSum(gramian, index, weights),
    0,
  );
}

/** Rounding can push the square of a vanishing norm just below zero. */
function squareRoot(square: number): number {
  return square < 0 ? 0 : Math.sqrt(square);
}

/** A quotient that is a cosine: undefined for 0/0, kept within [−1, 1] against rounding. */
function ratio(numerator: number, denominator: number): number | undefined {
  if (denominator === 0) return undefined;
  return Math.max(-1, Math.min(1, numerator / denominator));
}
