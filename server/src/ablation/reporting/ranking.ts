import type { ReportRow, Variant } from '../../model/ablation.ts';

/**
 * Variants by the metric that counts most, the first of the rows: best first, those without a number
 * last. In their own order where it is not known which way is better.
 */
export function rankVariants(
  variants: readonly Variant[],
  [primary]: readonly ReportRow[],
): readonly Variant[] {
  if (!primary || primary.better === 'unknown') return variants;
  const sign = primary.better === 'higher' ? -1 : 1;
  const means = new Map(primary.cells.map(({ variant, mean }) => [variant, mean]));
  const place = ({ id }: Variant): number => {
    const mean = means.get(id) ?? Number.NaN;
    return Number.isNaN(mean) ? Number.POSITIVE_INFINITY : sign * mean;
  };
  // Not by subtraction: the difference of two infinities is no number.
  return variants.toSorted((a, b) => {
    const [left, right] = [place(a), place(b)];
    return left === right ? 0 : left < right ? -1 : 1;
  });
}
