import { constantVector } from './dense.ts';

/** d = Σ gₖ (M1, all weights 1): every coefficient is 1. Its length grows with the number of losses. */
export function sumCoefficients(size: number): readonly number[] {
  return constantVector(size, 1);
}
