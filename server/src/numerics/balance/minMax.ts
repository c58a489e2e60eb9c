import { component } from './dense.ts';

/** The least and the greatest value of each loss so far. */
export interface LossRanges {
  readonly least: readonly number[];
  readonly most: readonly number[];
}

/** The ranges with further values; a value that is not finite widens nothing. */
export function widenRanges(ranges: LossRanges | undefined, losses: readonly number[]): LossRanges {
  const known = losses.map((loss) => (Number.isFinite(loss) ? loss : undefined));
  return {
    least: known.map((loss, index) => lower(ranges?.least[index], loss)),
    most: known.map((loss, index) => -lower(negated(ranges?.most[index]), negated(loss))),
  };
}

/**
 * Min–max normalisation (named, without a formula, in seed 003). We define: L̃ₖ = (Lₖ − minₖ)/(maxₖ − minₖ)
 * over the values so far, with the bounds held constant, so that the weight is wₖ = 1/(maxₖ − minₖ).
 *
 * Traps: the subtraction changes no gradient, it is a re-weighting only; one outlier at the start sets
 * the range for good. Below `floor` of the greatest absolute value (default 1e-3; no range yet, a
 * constant loss) the range counts as the greatest absolute value, and where that is 0 the weight is 1.
 */
export function minMaxWeights(ranges: LossRanges, floor = 1e-3): readonly number[] {
  return ranges.least.map((least, index) => {
    const most = component(ranges.most, index);
    const size = Math.max(Math.abs(least), Math.abs(most));
    if (!(size > 0 && Number.isFinite(size))) return 1;
    return 1 / (most - least >= floor * size ? most - least : size);
  });
}

function lower(first: number | undefined, second: number | undefined): number {
  return Math.min(first ?? Number.POSITIVE_INFINITY, second ?? Number.POSITIVE_INFINITY);
}

function negated(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}
