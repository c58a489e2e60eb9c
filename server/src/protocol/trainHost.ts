import { z } from 'zod';

import { filePlaceSchema } from '../model/filePlace.ts';
import { jsonNumberSchema } from '../model/number.ts';

/** Messages to the train host, over the IPC channel of the child process. */
export const toTrainHostSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('train'),
    runId: z.string(),
    runFolder: z.string(),
    configPath: z.string(),
    /** Absolute path of the user's own task; absent for a built-in one. */
    modulePath: z.string().optional(),
    seed: z.number().int(),
    steps: z.number().int().positive().optional(),
    backend: z.string(),
    probeEvery: z.number().int().positive(),
    /** Steps between two checkpoints; 0 for none but the one of an early end. */
    checkpointEvery: z.number().int().nonnegative(),
    /** MiB of resident memory above which the run is ended in order. */
    memoryLimit: z.number().positive(),
    /** Go on from the checkpoint in the run's folder. */
    resume: z.boolean(),
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
  /** Something that a person should know and that is no failure. */
  z.object({
    type: z.literal('notice'),
    step: z.number().int().optional(),
    text: z.string().min(1),
  }),
  /** A checkpoint is being made, during which the host may be deaf: who kills it now loses it. */
  z.object({ type: z.literal('saving') }),
  /** A checkpoint of this step is on disk: from here the run can be resumed. */
  z.object({ type: z.literal('checkpoint'), step: z.number().int() }),
  /** Sent every second, so that a hung host can be told from a slow step. */
  z.object({
    type: z.literal('heartbeat'),
    /** Resident memory of the host in bytes. */
    rss: z.number().nonnegative(),
  }),
  z.object({
    type: z.literal('ended'),
    state: z.enum(['finished', 'cancelled', 'failed']),
    reason: z.string().optional(),
    /** Where in the user's files, where that is known. */
    place: filePlaceSchema.optional(),
  }),
]);
export type FromTrainHost = z.infer<typeof fromTrainHostSchema>;
