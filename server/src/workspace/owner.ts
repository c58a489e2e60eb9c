import { hostname } from 'node:os';

import { processStart } from '../ablation/launchers/processTable.ts';
import { isFinalState, type Owner, type RunRecord } from '../model/run.ts';

/** This process, as others may look for it. */
export function thisProcess(): Owner {
  return processOf(process.pid);
}

/** A living process of this machine, as others may look for it. */
export function processOf(pid: number): Owner {
  const started = processStart(pid);
  return { pid, host: hostname(), ...(started === undefined ? {} : { started }) };
}

/** True while a process with this id runs on this machine, and no later one of the same id. */
export function isAlive({ pid, started }: Pick<Owner, 'pid' | 'started'>): boolean {
  return isTaken(pid) && (started === undefined || processStart(pid) === started);
}

function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, but belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * A record as it must be read now: a run that says that it runs, but whose owner is gone, has
 * crashed. Nothing is written: a folder may be untrusted, or not ours to write to.
 */
export function asItIsNow(record: RunRecord): RunRecord {
  // What a cluster runs goes on without an owner.
  if (isFinalState(record.state) || record.job !== undefined) return record;
  const { owner } = record;
  if (owner && isElsewhere(owner)) return record;
  return {
    ...record,
    state: 'crashed',
    reason: 'The window that supervised this run was closed or crashed; its metrics are kept.',
  };
}

/** Asked before anything is started here: our own process id was somebody else's then. */
export function isElsewhere(owner: Owner): boolean {
  if (owner.pid === process.pid && owner.started === undefined) return false;
  return isAlive(owner);
}
