import { z } from 'zod';

/** Where to look for files that set loss weights. */
export const findWeightsSchema = z.object({
  /** Absolute paths of the workspace folders. */
  folders: z.array(z.string()),
  /** Globs of what the editor hides. */
  excludes: z.array(z.string()),
});
export type FindWeights = z.infer<typeof findWeightsSchema>;

/** The files that set loss weights. */
export const foundWeightsSchema = z.object({
  configs: z.array(
    z.object({
      /** Absolute. */
      path: z.string(),
      weights: z.array(
        z.object({ name: z.string(), weight: z.number().optional(), line: z.number() }),
      ),
    }),
  ),
  /** How many files were looked at. */
  files: z.number(),
  /** True where there are more files than are looked at. */
  isCut: z.boolean(),
});
export type FoundWeights = z.infer<typeof foundWeightsSchema>;
