import type { RunRecord } from '../model/run.ts';

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
  /** The record at the end; never rejects. */
  readonly ended: Promise<RunRecord>;
}
