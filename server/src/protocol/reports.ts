import { z } from 'zod';

/** What a report is written as by the server; pictures are drawn by the panel. */
export const documentFormatSchema = z.enum(['markdown', 'csv', 'json']);
export type DocumentFormat = z.infer<typeof documentFormatSchema>;

export const exportReportSchema = z.object({ id: z.string(), format: documentFormatSchema });

/** The document, or in words why there is none. */
export const exportReportAnswerSchema = z.union([
  z.object({ text: z.string() }),
  z.object({ problem: z.string() }),
]);
export type ExportReportAnswer = z.infer<typeof exportReportAnswerSchema>;

/** The metrics that a report compares, most important first; none to have them chosen again. */
export const pickMetricsSchema = z.object({
  id: z.string(),
  metrics: z.array(z.string().min(1)).max(64),
});

/** A variant of an experiment, by the id that its report gives. */
export const applyVariantSchema = z.object({ id: z.string(), variant: z.string() });

const positionSchema = z.object({ line: z.number(), character: z.number() });

/** A change that makes the config that of the variant, for the editor to make, or why there is none. */
export const applyVariantAnswerSchema = z.union([
  z.object({
    configUri: z.string(),
    /** What the text must be for the change to fit. */
    before: z.string(),
    range: z.object({ start: positionSchema, end: positionSchema }),
    newText: z.string(),
  }),
  z.object({ problem: z.string() }),
]);
export type ApplyVariantAnswer = z.infer<typeof applyVariantAnswerSchema>;
