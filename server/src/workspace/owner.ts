import { isFinalState, type RunRecord } from '../model/run.ts';

/** True while a process with this id runs on this machine. */
function isAlive(pid: number): boolean {
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
  if (isFinalState(record.state)) return record;
  // Asked before anything is started here: our own process id was somebody else's then.
  const { owner } = record;
  if (owner && owner.pid !== process.pid && isAlive(owner.pid)) return record;
  return {
    ...record,
    state: 'crashed',
    reason: 'The window that supervised this run was closed or crashed; its metrics are kept.',
  };
}
