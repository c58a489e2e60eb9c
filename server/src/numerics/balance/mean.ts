import { constantVector } from './dense.ts';

/**
 * d = (1/K) Σ gₖ: every coefficient is 1/K. Against the sum it divides the learning rate by K, which
 * is what changes when two code bases "sum" and "average" the same losses (M1 of science.md §1.3).
 */
export function meanCoefficients(size: number): readonly number[] {
  return constantVector(size, 1 / size);
}
