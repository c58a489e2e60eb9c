import { z } from 'zod';

import { jsonNumberSchema } from '../../model/number.ts';
import { runStateSchema } from '../../model/run.ts';

const lineSchema = z.object({ steps: z.array(z.number()), values: z.array(jsonNumberSchema) });

/** One curve. `reduced` says that min and max per pixel column stand for more points. */
export const curveSchema = z.object({
  /** Name of the metric in our vocabulary. */
  metric: z.string(),
  label: z.string(),
  /** Index into the palette; the same term has the same colour in all charts. */
  color: z.number().int().min(0),
  /** Ascending. */
  steps: z.array(z.number()),
  values: z.array(jsonNumberSchema),
  /**
   * What older sessions of the run had beyond the step where a later one began, each line from the
   * last point before it; drawn faint.
   */
  superseded: z.array(lineSchema),
  reduced: z.boolean(),
  /** How many points there are, drawn or not; about, where some are out of memory. */
  count: z.number().int().min(0),
});
export type Curve = z.infer<typeof curveSchema>;

export const chartNameSchema = z.enum(['loss', 'grad_share', 'value_share', 'cos']);

export const chartSchema = z.object({
  name: chartNameSchema,
  title: z.string(),
  curves: z.array(curveSchema),
});
export type Chart = z.infer<typeof chartSchema>;

export const trendsRunSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: runStateSchema.optional(),
});

/** Everything that the panel shows, sent when it opens and when the run or the bindings change. */
export const trendsSnapshotSchema = z.object({
  type: z.literal('snapshot'),
  configUri: z.string(),
  configName: z.string(),
  runs: z.array(trendsRunSchema),
  /** The run that is drawn; absent where there is none yet. */
  runId: z.string().optional(),
  charts: z.array(chartSchema),
  /** What to do, where there is nothing to draw. */
  empty: z.string().optional(),
  /** Parts of the logs that could not be read, in words. */
  notice: z.string().optional(),
});
export type TrendsSnapshot = z.infer<typeof trendsSnapshotSchema>;

/** New points of the run that is drawn; exact, oldest first. */
export const trendsAppendSchema = z.object({
  type: z.literal('append'),
  configUri: z.string(),
  runId: z.string(),
  points: z.array(
    z.object({ metric: z.string(), steps: z.array(z.number()), values: z.array(jsonNumberSchema) }),
  ),
});
export type TrendsAppend = z.infer<typeof trendsAppendSchema>;

/** The part of the steps that a page shows, closer than the snapshot has it. */
export const trendsDetailSchema = z.object({
  type: z.literal('detail'),
  configUri: z.string(),
  runId: z.string(),
  /** Whose page asked. */
  surface: z.string(),
  /** First and last step, both inclusive. */
  from: z.number(),
  to: z.number(),
  /**
   * `complete`: nothing is missing that a chart of these pixels shows. Otherwise points are that went
   * out of memory: `reading` until the log was read again, `too many` where they have no room in
   * memory at once, `unavailable` where the log does not give them any more.
   */
  state: z.enum(['complete', 'reading', 'too many', 'unavailable']),
  charts: z.array(chartSchema),
});
export type TrendsDetail = z.infer<typeof trendsDetailSchema>;

export const trendsMessageSchema = z.discriminatedUnion('type', [
  trendsSnapshotSchema,
  trendsAppendSchema,
  trendsDetailSchema,
]);
export type TrendsMessage = z.infer<typeof trendsMessageSchema>;

const pixelsSchema = z.number().int().min(50).max(10_000);
const rangeSchema = z.object({ from: z.number(), to: z.number() });

/** From the extension to the server: what a panel looks at. */
export const trendsViewSchema = z.object({
  configUri: z.string(),
  open: z.boolean(),
  /** A run picked by the user; the newest otherwise. */
  runId: z.string().optional(),
  /** Width of the charts in pixels. */
  pixels: pixelsSchema.default(800),
});
export type TrendsView = z.infer<typeof trendsViewSchema>;

/** From the extension to the server: a page shows a part of the steps, or all of them again. */
export const trendsRangeSchema = z.object({
  configUri: z.string(),
  /** Names the page among all that are open; the answer is for it. */
  surface: z.string(),
  runId: z.string(),
  pixels: pixelsSchema,
  /** All steps where left out: nothing is to be answered then. */
  range: rangeSchema.optional(),
});
export type TrendsRange = z.infer<typeof trendsRangeSchema>;

/** From the web view to the extension. */
export const trendsRequestSchema = z.discriminatedUnion('type', [
  /** The script has started and can take messages. */
  z.object({ type: z.literal('ready'), pixels: z.number().int() }),
  /** The run to draw; empty for the newest, whichever that is. */
  z.object({ type: z.literal('selectRun'), runId: z.string() }),
  /** The part of the steps that is shown, of the run that is drawn; all where left out. */
  z.object({
    type: z.literal('showRange'),
    runId: z.string(),
    pixels: z.number().int(),
    range: rangeSchema.optional(),
  }),
  z.object({ type: z.literal('runTraining') }),
]);
export type TrendsRequest = z.infer<typeof trendsRequestSchema>;
