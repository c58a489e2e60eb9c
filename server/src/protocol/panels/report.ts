import { z } from 'zod';

import { ablationReportSchema } from '../../model/ablation.ts';

/** Pictures of the plots: drawn by the web view, which knows the theme. */
export const pictureFormatSchema = z.enum(['svg', 'png']);
export type PictureFormat = z.infer<typeof pictureFormatSchema>;

/** To the web view. */
export const reportMessageSchema = z.discriminatedUnion('type', [
  /** The report as it stands; sent again when a run of the experiment ends. */
  z.object({ type: z.literal('report'), report: ablationReportSchema }),
  /** The plots are asked for as a picture. */
  z.object({ type: z.literal('draw'), format: pictureFormatSchema }),
]);
export type ReportMessage = z.infer<typeof reportMessageSchema>;

/** From the web view to the extension. */
export const reportRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('cancel') }),
  /** The user wants the report as a file. */
  z.object({ type: z.literal('export') }),
  /** The user wants to pick the metrics, or to have them chosen again. */
  z.object({ type: z.literal('pickMetrics') }),
  /** The user wants the config as it is in a variant. */
  z.object({ type: z.literal('apply'), variant: z.string() }),
  /** What was asked for: the text of an SVG, or a PNG in base64; empty where there is nothing to draw. */
  z.object({
    type: z.literal('drawn'),
    format: pictureFormatSchema,
    data: z.string().max(40_000_000),
  }),
]);
export type ReportRequest = z.infer<typeof reportRequestSchema>;
