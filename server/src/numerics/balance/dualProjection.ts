import type { Gramian } from '../gramian.ts';
import { constantVector } from './dense.ts';
import { dualConeProjection, type Regularisation } from './dualCone.ts';

/**
 * DualProj (Lopez-Paz & Ranzato NeurIPS 2017, eq. 11, as TorchJD applies it to losses): the mean gradient,
 * projected onto the directions that go down for all losses. Non-conflicting; without conflict it is the
 * mean. Options and edges as `upGrad`.
 */
export function dualProjection(gramian: Gramian, options: Regularisation = {}): readonly number[] {
  const { size } = gramian;
  const project = dualConeProjection(gramian, options);
  if (project === undefined) return constantVector(size, Number.NaN);
  return project(constantVector(size, 1 / size));
}
