import type { SlurmLaunch } from '../ablation/launcher.ts';
import { isFinalState, type RunRecord } from '../model/run.ts';
import type { KnownRun } from './knownRun.ts';
import { isElsewhere, thisProcess } from './owner.ts';
import type { RunCatalog } from './runCatalog.ts';
import { workspaceFolderOf } from './runFolder.ts';

/** A run that a cluster goes on with, or went on with, while nobody looked after it. */
export interface LeftJob {
  readonly workspaceFolder: string;
  readonly record: RunRecord;
  readonly spec: SlurmLaunch;
}

/** What is needed to look after such a run; undefined where its end is known, or it is no such run. */
export function leftJob({ id, record, configPath }: KnownRun): LeftJob | undefined {
  if (!record || isFinalState(record.state)) return undefined;
  const { job, command = [], seed, ablation } = record;
  if (job === undefined) return undefined;
  const base = { runId: record.id, runFolder: id, configPath: configPath ?? '', seed };
  // What the job was given is in its own files; nothing of it is given again.
  const slurm = { array: ablation?.id ?? record.id, header: [], job };
  return {
    workspaceFolder: workspaceFolderOf(id),
    record: { ...record, owner: thisProcess() },
    spec: { ...base, engine: 'command', command, cwd: id, env: {}, slurm },
  };
}

/** Who looks after runs. */
interface Follower {
  /** Undefined for runs that it does not look after. */
  status(id: string): unknown;
  followJob(run: KnownRun): Promise<unknown>;
}

/**
 * Looks after all single runs that a cluster goes on with since the window that gave them to it was
 * closed. Arms of experiments go on with their experiment.
 */
export async function followLeftJobs(catalog: RunCatalog, starter: Follower): Promise<void> {
  for (const run of catalog.all()) {
    const left = leftJob(run);
    const owner = run.record?.owner;
    const isTaken = starter.status(run.id) !== undefined || (owner && isElsewhere(owner));
    if (left && !isTaken && left.record.ablation === undefined) await starter.followJob(run);
  }
}
