import { z } from 'zod';

/** A program of the user with everything that decides what it does. Placeholders are not filled in. */
export const commandLineSchema = z.object({
  command: z.array(z.string()),
  cwd: z.string(),
  /** Environment variables that are added. */
  env: z.record(z.string(), z.string()),
  /** The user's lines of the batch script, where a Slurm cluster runs it: a shell reads them. */
  batchLines: z.array(z.string()).optional(),
});
export type CommandLine = z.infer<typeof commandLineSchema>;
