import type { Gramian } from '../gramian.ts';
import { component, constantVector } from './dense.ts';
import { dualConeProjection, type Regularisation } from './dualCone.ts';

/**
 * UPGrad (Quinton & Rey 2024, eq. 7): each gradient pₖgₖ (p = 1/K) is projected onto the directions that go
 * down for all losses, and the projections are added up. Non-conflicting for every K; without conflict it
 * is the mean; for K = 2 it is half of PCGrad.
 *
 * Exact by default. With TorchJD's `regEps` of 1e-4 the guarantee is lost where the lengths of the
 * gradients differ by 30 times or more (science.md §0, finding 7), the very case of unbalanced losses.
 *
 * Degenerate: a gradient of length zero keeps 1/K; opposed gradients give d = 0; where the gradients are
 * dependent, d is unique but the coefficients are not. An entry that is not finite gives NaN.
 */
export function upGrad(gramian: Gramian, options: Regularisation = {}): readonly number[] {
  const { size } = gramian;
  const project = dualConeProjection(gramian, options);
  if (project === undefined) return constantVector(size, Number.NaN);
  const sums = constantVector(size, 0);
  for (let own = 0; own < size; own += 1) {
    const reference = constantVector(size, 0);
    reference[own] = 1 / size;
    const projection = project(reference);
    for (let index = 0; index < size; index += 1) {
      sums[index] = component(sums, index) + component(projection, index);
    }
  }
  return sums;
}
