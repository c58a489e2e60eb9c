import type { LossScale } from '../model/lossTerm.ts';
import type { NumberColumn } from '../model/numberColumn.ts';
import { median } from '../numerics/median.ts';

/** One term with its logged values, oldest first; `values` is absent where it is not logged. */
export interface ScaledSeries {
  readonly weight: number | undefined;
  readonly values: NumberColumn | undefined;
}

/** What was found, with the reason in words. */
export interface ScaleInference {
  readonly scale: LossScale;
  readonly because: string;
}

/** Number of the latest values that are compared with the total. */
const recent = 200;
/** Fewer sums than this decide nothing. */
const fewest = 3;
/** Relative error up to which a sum counts as the total: logs are often rounded to three digits. */
const equal = 0.01;
/** Relative error from which on a sum is surely not the total. */
const different = 0.03;

/**
 * Whether logged losses are raw or weighted already (decisions.md 1): raw where Σ w·L is the
 * total and Σ L is not, weighted the other way round, unknown where both or neither fit or where
 * a loss or the total is not logged. With weights of 1 the two are the same, and `raw` is right.
 */
export function inferScale(
  terms: readonly ScaledSeries[],
  total: NumberColumn | undefined,
): ScaleInference {
  if (terms.every(({ weight }) => weight === 1)) {
    return { scale: 'raw', because: 'all weights are 1' };
  }
  if (!total) return { scale: 'unknown', because: 'no total loss is logged to compare with' };
  if (terms.some(({ weight, values }) => weight === undefined || !values)) {
    return { scale: 'unknown', because: 'not every term of the total is logged' };
  }
  const raw = sumError(terms, total, (weight) => weight);
  const weighted = sumError(terms, total, () => 1);
  if (raw === undefined || weighted === undefined) {
    return { scale: 'unknown', because: 'too few values are logged to compare with the total' };
  }
  if (raw <= equal && weighted >= different) {
    return { scale: 'raw', because: 'the weighted sum of the logged losses is the logged total' };
  }
  if (weighted <= equal && raw >= different) {
    return { scale: 'weighted', because: 'the plain sum of the logged losses is the logged total' };
  }
  const because =
    raw <= equal
      ? 'the logged losses add up to the total with and without their weights'
      : 'the logged losses do not add up to the logged total';
  return { scale: 'unknown', because };
}

/** Median of |Σ f(w)·L − T| / |T| over the latest values; series are matched from their ends. */
function sumError(
  terms: readonly ScaledSeries[],
  total: NumberColumn,
  factor: (weight: number) => number,
): number | undefined {
  const count = Math.min(recent, total.length, ...terms.map(({ values }) => values?.length ?? 0));
  const errors: number[] = [];
  for (let back = 1; back <= count; back += 1) {
    const sum = terms.reduce((partial, { weight = 0, values }) => {
      return partial + factor(weight) * valueFromEnd(values, back);
    }, 0);
    const expected = valueFromEnd(total, back);
    const error = Math.abs(sum - expected) / Math.abs(expected);
    if (Number.isFinite(error)) errors.push(error);
  }
  return errors.length < fewest ? undefined : median(errors);
}

function valueFromEnd(values: NumberColumn | undefined, back: number): number {
  return values?.at(-back) ?? Number.NaN;
}
