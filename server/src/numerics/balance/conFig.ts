import type { Gramian } from '../gramian.ts';
import { component, constantVector, dot, scaled, times } from './dense.ts';
import { overDirections } from './unitRows.ts';
import { solveOrProject } from './wellConditioned.ts';

/** |b|² below this: the unit gradients have no direction in common but rounding. */
const vanishing = 1e-12;

/**
 * ConFIG (Liu et al. ICLR 2025, eq. 2 and 3): û along b = U⁺·1, whose cosine with every gradient is the
 * same, and d = (Σ gₖ·û) û. From the Gramian: b = Uᵀ C⁺1.
 *
 * Where the reference is wrong: its README says that the dot products with all gradients are equal; the
 * cosines are.
 *
 * Degenerate: gradients of length zero take no part. Linearly dependent gradients: the pseudo-inverse;
 * conflict-free only if some direction is. Exactly opposed gradients give d = 0, as the authors' code
 * (TorchJD normalises rounding noise to a full step). An entry that is not finite gives NaN.
 */
export function conFig(gramian: Gramian): readonly number[] {
  return overDirections(gramian, ({ norms, cosines }) => {
    const { solution } = solveOrProject(
      cosines,
      norms.map(() => 1),
    );
    const projections = times(cosines, solution);
    const squared = dot(solution, projections);
    if (squared <= vanishing) return constantVector(norms.length, 0);
    const length = norms.reduce(
      (sum, norm, index) => sum + norm * component(projections, index),
      0,
    );
    return scaled(solution, length / squared);
  });
}
