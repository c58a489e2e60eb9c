import { z } from 'zod';

/** How a figure is distributed over its repetitions. */
export const summarySchema = z.object({
  n: z.number().int().nonnegative(),
  /** First quartile, median and third quartile. */
  lower: z.number(),
  median: z.number(),
  upper: z.number(),
});
export type Summary = z.infer<typeof summarySchema>;

/** Quantile `share` of some values, linear between neighbours (type 7 of Hyndman & Fan 1996). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((first, second) => first - second);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error('There is nothing to summarize.');
  return below + (place - Math.floor(place)) * (above - below);
}

/** @throws where there is no value */
export function summarize(values: readonly number[]): Summary {
  return {
    n: values.length,
    lower: quantile(values, 0.25),
    median: quantile(values, 0.5),
    upper: quantile(values, 0.75),
  };
}

/** Elementwise a / b of measurements that were taken in pairs, one right after the other. */
export function pairedRatios(
  numerators: readonly number[],
  denominators: readonly number[],
): readonly number[] {
  if (numerators.length !== denominators.length) throw new Error('Pairs have two sides.');
  return numerators.map((numerator, index) => numerator / (denominators[index] ?? Number.NaN));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Cost of a loop with one probe in `cadence` steps against plain steps, from the cost of a loop that
 * probes at every step.
 */
export function ratioAtCadence(everyStep: number, cadence: number): number {
  return 1 + (everyStep - 1) / cadence;
}
