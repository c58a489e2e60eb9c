import { z } from 'zod';

import { toJsonNumber } from './number.ts';

/** Schema version of `metrics.jsonl`. */
export const metricsFileVersion = 1;

/** First line of every `metrics.jsonl` that we write. */
export const metricsHeaderSchema = z.object({
  counterweight: z.literal(metricsFileVersion),
  /** Names of the loss terms, in the order of the config. */
  terms: z.array(z.string()),
  /** Parameter group that the gradient figures without `@` refer to. */
  sharedGroup: z.string(),
  task: z.string().optional(),
  backend: z.string().optional(),
});
export type MetricsHeader = z.infer<typeof metricsHeaderSchema>;

export function formatMetricsHeader(header: MetricsHeader): string {
  return `${JSON.stringify(header)}\n`;
}

/**
 * One line of `metrics.jsonl`: the step, the wall time in seconds since the Unix epoch, and the
 * values by canonical name. NaN and the infinities become strings.
 */
export function formatMetricLine(
  step: number,
  wallTime: number,
  values: Readonly<Record<string, number>>,
): string {
  const entries = Object.entries(values).map(([name, value]) => [name, toJsonNumber(value)]);
  return `${JSON.stringify({ step, wall_time: wallTime, ...Object.fromEntries(entries) })}\n`;
}
