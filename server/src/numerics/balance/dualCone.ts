import { Gramian } from '../gramian.ts';
import { at, component, product, total } from './dense.ts';
import { nonnegativeMinimizer } from './nonnegativeQuadratic.ts';
import { unitRows } from './unitRows.ts';

/** TorchJD's changes of the Gramian before it solves. */
export interface Regularisation {
  /** A trace below this counts as 0. Default 0; TorchJD 1e-4. */
  readonly normEps?: number;
  /**
   * Added to the diagonal of G / trace G. Default 0: the exact projection. TorchJD 1e-4, with which the
   * result conflicts as soon as the lengths of the gradients differ by some 30 times.
   */
  readonly regEps?: number;
}

/**
 * Projects combinations of gradients onto the directions that go down for all losses (the dual cone).
 * `project(p)` gives argmin over v ≥ p of vᵀ G v, the coefficients of the projection of Σ pₖgₖ (Quinton &
 * Rey 2024, proposition 1).
 */
export type DualConeProjection = (reference: readonly number[]) => readonly number[];

/**
 * Undefined where an entry is not finite. A row that vanishes (also after regularisation) keeps its
 * reference coefficient.
 */
export function dualConeProjection(
  gramian: Gramian,
  { normEps = 0, regEps = 0 }: Regularisation,
): DualConeProjection | undefined {
  const unit = unitRows(regularise(gramian, normEps, regEps));
  if (unit === undefined) return undefined;
  const { rows, norms, cosines } = unit;
  const minimize = nonnegativeMinimizer(cosines);
  const wanted = new Float64Array(rows.length);
  return (reference) => {
    const projection = [...reference];
    let largest = 0;
    for (let index = 0; index < rows.length; index += 1) {
      wanted[index] = component(reference, component(rows, index)) * component(norms, index);
      largest = Math.max(largest, Math.abs(at(wanted, index)));
    }
    if (largest === 0) return projection;
    // v = p + y, y ≥ 0 and Q = C, in units in which p is about 1.
    for (let index = 0; index < rows.length; index += 1)
      wanted[index] = -at(wanted, index) / largest;
    const raised = minimize(product(cosines, wanted));
    for (let index = 0; index < rows.length; index += 1) {
      const row = component(rows, index);
      projection[row] =
        component(reference, row) + (component(raised, index) * largest) / component(norms, index);
    }
    return projection;
  };
}

function regularise(gramian: Gramian, normEps: number, regEps: number): Gramian {
  const { size } = gramian;
  if (normEps === 0 && regEps === 0) return gramian;
  const trace = total(Array.from({ length: size }, (_, row) => gramian.at(row, row)));
  const factor = trace === 0 || trace < normEps ? 0 : 1 / trace;
  const entries = Array.from({ length: size * size }, (_, index) => {
    const row = Math.floor(index / size);
    const column = index % size;
    return gramian.at(row, column) * factor + (row === column ? regEps : 0);
  });
  return Gramian.fromEntries(size, entries);
}
