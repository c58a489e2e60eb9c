import { type Gramian, gradientNorm } from '../gramian.ts';
import { component, constantVector, matrixOf, type SquareMatrix } from './dense.ts';

/**
 * The gradients taken apart into lengths and directions: gₖ = nₖ uₖ. Solving for the directions keeps
 * full accuracy where the lengths differ by many orders of magnitude. Gradients of length zero have no
 * direction and are left out.
 */
export interface UnitRows {
  /** Number of all losses. */
  readonly size: number;
  /** The losses whose gradient does not vanish. */
  readonly rows: readonly number[];
  /** Their nₖ. */
  readonly norms: readonly number[];
  /** Their ⟨uᵢ, uⱼ⟩, within [−1, 1], the diagonal exactly 1. */
  readonly cosines: SquareMatrix;
}

/** Undefined where an entry of the Gramian is not finite. */
export function unitRows(gramian: Gramian): UnitRows | undefined {
  const { size } = gramian;
  if (!hasFiniteEntries(gramian)) return undefined;
  const rows: number[] = [];
  for (let row = 0; row < size; row += 1) if (gramian.at(row, row) > 0) rows.push(row);
  const norms = rows.map((row) => gradientNorm(gramian, row));
  const cosines = matrixOf(rows.length, (i, j) => {
    if (i === j) return 1;
    const product = gramian.at(component(rows, i), component(rows, j));
    return Math.max(-1, Math.min(1, product / component(norms, i) / component(norms, j)));
  });
  return { size, rows, norms, cosines };
}

export function hasFiniteEntries(gramian: Gramian): boolean {
  for (let row = 0; row < gramian.size; row += 1) {
    for (let column = row; column < gramian.size; column += 1) {
      if (!Number.isFinite(gramian.at(row, column))) return false;
    }
  }
  return true;
}

/** Puts values of the rows that do not vanish back to their losses; the others get `rest`. */
export function spread(
  unit: UnitRows,
  values: readonly number[],
  rest: (row: number) => number = () => 0,
): readonly number[] {
  const spreadOut: number[] = [];
  for (let row = 0; row < unit.size; row += 1) spreadOut.push(rest(row));
  for (const [index, row] of unit.rows.entries()) spreadOut[row] = component(values, index);
  return spreadOut;
}

/**
 * Coefficients of the gradients out of coefficients of their directions, aₖ = bₖ/nₖ.
 *
 * What all methods on a Gramian share at the edges: an entry that is not finite gives NaN for every
 * coefficient (the step shows what it is, and whoever applies it can leave it out); gradients of
 * length zero get 0; and where all vanish, so do all coefficients.
 */
export function overDirections(
  gramian: Gramian,
  solve: (unit: UnitRows) => readonly number[],
): readonly number[] {
  const unit = unitRows(gramian);
  if (unit === undefined) return constantVector(gramian.size, Number.NaN);
  if (unit.rows.length === 0) return constantVector(gramian.size, 0);
  const directions = solve(unit);
  return spread(
    unit,
    directions.map((value, index) => value / component(unit.norms, index)),
  );
}
