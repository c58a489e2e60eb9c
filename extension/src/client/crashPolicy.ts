/** A server that crashes more often than this within the window is left stopped. */
export const crashLimit = 4;

/** Milliseconds in which crashes are counted. */
export const crashWindow = 3 * 60 * 1000;

/** When the server crashed, in milliseconds, oldest first; only those inside the window are kept. */
export type CrashHistory = readonly number[];

export interface CrashDecision {
  readonly history: CrashHistory;
  readonly action: 'restart' | 'stop';
}

/** What to do about a crash at `now`: restart it, unless that has not helped `crashLimit` times. */
export function decideAfterCrash(history: CrashHistory, now: number): CrashDecision {
  const recent = [...history.filter((time) => now - time < crashWindow), now];
  return { history: recent, action: recent.length > crashLimit ? 'stop' : 'restart' };
}
