import { Gramian } from '../gramian.ts';
import { component, constantVector, type SquareMatrix, scaled, times, total } from './dense.ts';
import { minimizeNonnegative } from './nonnegativeQuadratic.ts';
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
  return (reference) => {
    const projection = [...reference];
    const wanted = rows.map((row, index) => component(reference, row) * component(norms, index));
    for (const [index, value] of raise(cosines, wanted).entries()) {
      const row = component(rows, index);
      projection[row] = component(reference, row) + value / component(norms, index);
    }
    return projection;
  };
}

/** By how much v = p + y, y ≥ 0, has to exceed p; in units in which p is about 1. */
function raise(cosines: SquareMatrix, wanted: readonly number[]): readonly number[] {
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return constantVector(wanted.length, 0);
  const pulls = times(cosines, scaled(wanted, 1 / largest));
  return scaled(minimizeNonnegative(cosines, scaled(pulls, -1)), largest);
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
