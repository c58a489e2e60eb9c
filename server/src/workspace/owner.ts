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
 * A run that an earlier window left behind: its record says that it runs, but whoever supervised
 * it is gone. Returns the record as it should be, or undefined where nothing is wrong.
 */
export function markAbandoned(record: RunRecord, now: number): RunRecord | undefined {
  if (isFinalState(record.state)) return undefined;
  // Asked before anything is started here: our own process id was somebody else's then.
  const { owner } = record;
  if (owner && owner.pid !== process.pid && isAlive(owner.pid)) return undefined;
  return {
    ...record,
    state: 'crashed',
    endedAt: now,
    reason: 'The window that supervised this run was closed or crashed; its metrics are kept.',
  };
}
