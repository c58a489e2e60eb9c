import { z } from 'zod';

/** A place in a file that a person can go to. */
export const filePlaceSchema = z.object({
  /** Absolute. */
  path: z.string(),
  /** Counted from 1, as editors show it. */
  line: z.number().int().positive(),
  /** Counted from 1; absent where only the line is known. */
  column: z.number().int().positive().optional(),
});
export type FilePlace = z.infer<typeof filePlaceSchema>;
