import { z } from 'zod';

/** What the process that measures is told. */
export const orderSchema = z.object({
  /** Names of experiments; none stands for all. */
  names: z.array(z.string()),
  seeds: z.array(z.number().int()),
  backend: z.string(),
});
export type Order = z.infer<typeof orderSchema>;

/** What it tells of one experiment. */
export const outcomeSchema = z.object({
  name: z.string(),
  title: z.string(),
  claim: z.string(),
  setup: z.string(),
  found: z.string(),
  minutes: z.number(),
});
export type Outcome = z.infer<typeof outcomeSchema>;
