import { z } from 'zod';

import { ablationReportSchema } from '../../model/ablation.ts';

/** To the web view: the report as it stands; sent again when a run of the experiment ends. */
export const reportMessageSchema = z.object({
  type: z.literal('report'),
  report: ablationReportSchema,
});
export type ReportMessage = z.infer<typeof reportMessageSchema>;

/** From the web view to the extension. */
export const reportRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('cancel') }),
  /** The report as the panel words it, to be opened as an untitled document. */
  z.object({ type: z.literal('export'), markdown: z.string().max(4_000_000) }),
]);
export type ReportRequest = z.infer<typeof reportRequestSchema>;
