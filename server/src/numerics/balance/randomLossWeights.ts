import { softmax } from './softmax.ts';

/**
 * RLW (Lin et al. TMLR 2022): w = softmax of K standard normal numbers, drawn anew at each step. Σ w = 1, not
 * K, as in LibMTL and TorchJD. A control: a method that adapts must beat it.
 */
export function randomLossWeights(normals: readonly number[]): readonly number[] {
  return softmax(normals);
}
