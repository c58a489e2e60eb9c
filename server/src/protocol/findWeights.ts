import { z } from 'zod';

import { jsonNumberSchema } from '../model/number.ts';

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
      /** The first of them. */
      weights: z.array(
        z.object({ name: z.string(), weight: jsonNumberSchema.optional(), line: z.number() }),
      ),
      /** How many more there are. */
      others: z.number(),
    }),
  ),
  /** How many files were looked at. */
  files: z.number(),
  /** True where there are more files than are looked at. */
  isCut: z.boolean(),
  /** Why the search came to no end; absent where it did. */
  problem: z.string().optional(),
});
export type FoundWeights = z.infer<typeof foundWeightsSchema>;
/** The same as it is sent. */
export type FoundWeightsMessage = z.input<typeof foundWeightsSchema>;
