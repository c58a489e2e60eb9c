import { component } from './dense.ts';
import { logistic } from './softmax.ts';

export interface StagedSigmoid {
  /** T. */
  readonly end: number;
  readonly firstMiddle: number;
  readonly secondMiddle: number;
  /** Widths in steps: the seed divides by k. */
  readonly firstWidth: number;
  readonly secondWidth: number;
}

/**
 * Seed 002's combined schedule as written: 0.1σ((t−t₁)/k₁) before 0.33T, 0.5σ((t−t₂)/k₂) before 0.67T, then
 * 1 − 0.5 exp(−(t−0.67T)/(0.33T)). It is not smooth, as the seed says: it falls at 0.33T (sixfold with
 * t₁ = 165, t₂ = 500, k = 50, T = 1000) and jumps again at 0.67T. Use `smoothStagedSchedule`.
 */
export function stagedSigmoidSeed(step: number, schedule: StagedSigmoid): number {
  const { end, firstMiddle, secondMiddle, firstWidth, secondWidth } = schedule;
  if (step < 0.33 * end) return 0.1 * logistic((step - firstMiddle) / firstWidth);
  if (step < 0.67 * end) return 0.5 * logistic((step - secondMiddle) / secondWidth);
  return 1 - 0.5 * Math.exp(-(step - 0.67 * end) / (0.33 * end));
}

/**
 * What the seed meant: a sum of sigmoid ramps between constant stages, smooth and, for rising values,
 * rising throughout.
 *
 * @param bounds rising shares of `end`, one less than values
 * @param width of a ramp, as a share of `end` (default 0.05); a ramp is 99 % done 4.6 widths from its middle
 */
export function smoothStagedSchedule(
  step: number,
  end: number,
  bounds: readonly number[],
  values: readonly number[],
  width = 0.05,
): number {
  return bounds.reduce(
    (sum, bound, index) => {
      const rise = component(values, index + 1) - component(values, index);
      return sum + rise * logistic((step / end - bound) / width);
    },
    component(values, 0),
  );
}
