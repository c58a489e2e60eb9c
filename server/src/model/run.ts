import { z } from 'zod';

import { filePlaceSchema } from './filePlace.ts';

/** Names a run: unique within one `.counterweight` folder, safe as a folder name. */
export const runIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)
  .brand<'RunId'>();
export type RunId = z.infer<typeof runIdSchema>;

export const runStateSchema = z.enum([
  'queued',
  'running',
  'finished',
  'cancelled',
  'failed',
  'crashed',
]);
export type RunState = z.infer<typeof runStateSchema>;

/** True for states that a run never leaves. */
export function isFinalState(state: RunState): boolean {
  return state !== 'queued' && state !== 'running';
}

/** How a run came to be: by our train host, by the user's own command, or by somebody else (logs only). */
export const runEngineSchema = z.enum(['task', 'command']);

/** A process, as others may look for it. */
export const ownerSchema = z.object({
  pid: z.number().int(),
  /** When it started, in the system's own words, where it tells: ids are used again. */
  started: z.string().optional(),
  /** Name of its machine: folders may be shared. */
  host: z.string().optional(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** `run.json`: what is known of a run that was started here. Written atomically; never edited by hand. */
export const runRecordSchema = z.object({
  schema: z.literal(1),
  id: runIdSchema,
  engine: runEngineSchema,
  /** Path of the config the run was started from, relative to the workspace folder, with forward slashes. */
  config: z.string(),
  state: runStateSchema,
  seed: z.number().int(),
  /** Planned number of optimiser steps, where known. */
  steps: z.number().int().positive().optional(),
  /** What took the place of the config's `steps`; a task may take several optimiser steps for each. */
  askedSteps: z.number().int().positive().optional(),
  /** Milliseconds since the Unix epoch; of the latest start, where it was resumed. */
  startedAt: z.number(),
  endedAt: z.number().optional(),
  backend: z.string().optional(),
  /** The process that supervises the run; other windows only read. */
  owner: ownerSchema.optional(),
  /** The process that trains, the root of its tree. */
  process: ownerSchema.optional(),
  /**
   * The job of a cluster that it is: `123_4` of Slurm, `unnumbered` before the cluster has answered. It
   * goes on when nobody looks after it.
   */
  job: z.string().optional(),
  /** What it has a place on, where there is a choice: `GPU 1`. */
  device: z.string().optional(),
  /** Why this backend and not another, in words. */
  backendReason: z.string().optional(),
  /** Parameter group that the gradient figures without `@` refer to. */
  sharedGroup: z.string().optional(),
  /** The command line, where the engine is a command. */
  command: z.array(z.string()).optional(),
  /** Those of its words that set other weights than the config; absent where it trains a copy. */
  overrides: z.array(z.string()).optional(),
  exitCode: z.number().int().nullable().optional(),
  signal: z.string().nullable().optional(),
  /** Why it ended as it did, in words, with the last lines of stderr where there were any. */
  reason: z.string().optional(),
  /** Where in the user's files it went wrong, where that is known. */
  place: filePlaceSchema.optional(),
  /** What a person should know of it and is no failure, oldest first, each once. */
  notices: z.array(z.string()).optional(),
  /** Step of the checkpoint in its folder. */
  checkpointStep: z.number().int().positive().optional(),
  /** Set when the run is an arm of an ablation. */
  ablation: z.object({ id: z.string(), variant: z.string() }).optional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** So many notices of a run are kept: what goes wrong at every step is known by then. */
export const noticeLimit = 50;

/**
 * The step from which a run can go on: it was trained by a built-in task, ended before its plan did,
 * and left a checkpoint.
 */
export function checkpointOf(record: RunRecord): number | undefined {
  const endedEarly = ['cancelled', 'crashed', 'failed'].includes(record.state);
  return record.engine === 'task' && endedEarly ? record.checkpointStep : undefined;
}

/**
 * The step from which a person can resume a run by itself. Arms of ablations are resumed with their
 * experiment.
 */
export function resumableStep(record: RunRecord): number | undefined {
  return record.ablation === undefined ? checkpointOf(record) : undefined;
}
