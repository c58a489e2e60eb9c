import { z } from 'zod';

import { jsonNumberSchema } from '../model/number.ts';

/** Messages to the train host, over the IPC channel of the child process. */
export const toTrainHostSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('train'),
    runId: z.string(),
    runFolder: z.string(),
    configPath: z.string(),
    seed: z.number().int(),
    steps: z.number().int().positive().optional(),
    backend: z.string(),
    probeEvery: z.number().int().positive(),
    /** Folder for the cached choice of the backend. */
    cacheFolder: z.string(),
  }),
  z.object({ type: z.literal('cancel') }),
]);
export type ToTrainHost = z.infer<typeof toTrainHostSchema>;

/** Messages from the train host. Metrics are on disk before `progress` tells of them. */
export const fromTrainHostSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    backend: z.string(),
    backendReason: z.string(),
    sharedGroup: z.string(),
    steps: z.number().int(),
  }),
  z.object({ type: z.literal('progress'), step: z.number().int(), loss: jsonNumberSchema }),
  /** Sent every second, so that a hung host can be told from a slow step. */
  z.object({ type: z.literal('heartbeat') }),
  z.object({
    type: z.literal('ended'),
    state: z.enum(['finished', 'cancelled', 'failed']),
    reason: z.string().optional(),
  }),
]);
export type FromTrainHost = z.infer<typeof fromTrainHostSchema>;
