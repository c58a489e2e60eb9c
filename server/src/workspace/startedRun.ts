import type { Event } from '../base/emitter.ts';
import type { RunRecord, RunState } from '../model/run.ts';

/** How a run that was started here is doing. */
export interface RunStatus {
  /** Absolute path of its folder. */
  readonly id: string;
  readonly record: RunRecord;
  readonly step: number;
  readonly loss: number | undefined;
}

export interface StartedRun {
  readonly id: string;
  readonly record: RunRecord;
  /** It was queued, begins, is put back in the queue of a cluster, or has ended. */
  readonly onDidChangeState: Event<RunState>;
  /** The record at the end; never rejects. */
  readonly ended: Promise<RunRecord>;
}
