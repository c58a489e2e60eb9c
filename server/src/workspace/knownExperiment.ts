import type { AblationRecord } from '../model/ablation.ts';

/** An experiment as it is known here. */
export interface KnownExperiment {
  readonly workspaceFolder: string;
  readonly record: AblationRecord;
  /** `here` where this process runs it, `elsewhere` where another does; else its runs have ended. */
  readonly place: 'elsewhere' | 'here' | 'nowhere';
  /** Whoever ran it is gone since then, about, and left some of it undone. */
  readonly interruptedAt: number | undefined;
  /** Whether runs of it that have not finished can be run now. */
  readonly canGoOn: boolean;
}
