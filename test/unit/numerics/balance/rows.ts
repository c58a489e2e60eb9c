import { Gramian } from '../../../../server/src/numerics/gramian.ts';

export type Rows = readonly (readonly number[])[];

export function inner(first: readonly number[], second: readonly number[]): number {
  return first.reduce((sum, value, index) => sum + value * (second[index] ?? Number.NaN), 0);
}

export function length(vector: readonly number[]): number {
  return Math.sqrt(inner(vector, vector));
}

/** The Gramian of gradients given as vectors. */
export function gramianOf(rows: Rows): Gramian {
  return Gramian.fromEntries(
    rows.length,
    rows.flatMap((first) => rows.map((second) => inner(first, second))),
  );
}

/** d = Σ aₖ gₖ. */
export function combine(coefficients: readonly number[], rows: Rows): readonly number[] {
  return (rows[0] ?? []).map((_, column) =>
    rows.reduce((sum, row, index) => {
      const factor = coefficients[index] ?? Number.NaN;
      return factor === 0 ? sum : sum + factor * (row[column] ?? Number.NaN);
    }, 0),
  );
}
