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

/** Whether this very process is the owner. */
export function isThisProcess({ pid, host, started }: Owner): boolean {
  const own = thisProcess();
  return pid === own.pid && host === own.host && started === own.started;
}

/** Without a sign for so long, a process of another machine is gone; clocks may differ by some of it. */
export const goneMs = 300_000;

/** Whether it is, or was, a process of another machine, of which this one cannot tell whether it lives. */
export function isOfAnotherMachine({ host }: Owner): boolean {
  return host !== undefined && host !== hostname();
}

/** True while a process with this id runs on this machine, and no later one of the same id. */
export function isAlive({ pid, started }: Pick<Owner, 'pid' | 'started'>): boolean {
  const found = lookFor(pid);
  if (found === 'none' || started === undefined) return found !== 'none';
  const now = processStart(pid);
  // Systems may hide what other people's processes are; of our own, only one that has ended says nothing.
  return now === started || (now === undefined && found === 'of somebody else');
}

function lookFor(pid: number): 'of somebody else' | 'ours' | 'none' {
  try {
    process.kill(pid, 0);
    return 'ours';
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EPERM';
    return isThere ? 'of somebody else' : 'none';
  }
}

/**
 * A record as it must be read now: a run that says that it runs, but whose owner is gone, has
 * crashed. Nothing is written: a folder may be untrusted, or not ours to write to. An owner on another
 * machine is gone when the folder has been quiet for minutes, which is known where `quietMs` is given.
 */
export function asItIsNow(record: RunRecord, quietMs = Number.POSITIVE_INFINITY): RunRecord {
  // What a cluster runs goes on without an owner.
  if (isFinalState(record.state) || record.job !== undefined) return record;
  const { owner } = record;
  if (owner && isElsewhere(owner, quietMs)) return record;
  return {
    ...record,
    state: 'crashed',
    reason: 'The window that supervised this run was closed or crashed; its metrics are kept.',
  };
}

/** Asked before anything is started here: our own process id was somebody else's then. */
export function isElsewhere(owner: Owner, quietMs = Number.POSITIVE_INFINITY): boolean {
  if (isOfAnotherMachine(owner)) return quietMs < goneMs;
  if (owner.pid === process.pid && owner.started === undefined) return false;
  return isAlive(owner);
}
