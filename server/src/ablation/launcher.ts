import type { FilePlace } from '../model/filePlace.ts';
import type { RunId, RunState } from '../model/run.ts';

/** What every engine needs to know of a run. All paths are absolute. */
export interface LaunchBase {
  readonly runId: RunId;
  /** `.counterweight/runs/<id>`; exists, holds `config.<ext>` and `run.json`. */
  readonly runFolder: string;
  /** The config of this run: the copy in its folder, with the overrides applied. */
  readonly configPath: string;
  readonly seed: number;
  /** Takes the place of the config's own `steps`. */
  readonly steps?: number;
  /** The experiment that it is an arm of. */
  readonly experiment?: string;
}

/** A run of a task, built in or the user's own, in the train host. */
export interface TaskLaunch extends LaunchBase {
  readonly engine: 'task';
  /** The module of the user's own task, where it lies; its text is copied in the run's folder. */
  readonly modulePath?: string;
  /** Forces a backend; chosen by probing otherwise. */
  readonly backend?: string;
  readonly probeEvery: number;
  /** Steps between two checkpoints; 0 for none but the one of an early end. */
  readonly checkpointEvery: number;
  /** MiB that the train host may take; 0 for what suits the machine. */
  readonly memoryLimit: number;
  /** `resume` goes on from the checkpoint in the run's folder. */
  readonly from: 'resume' | 'start';
}

/** A run of the user's own program. */
export interface CommandLaunch extends LaunchBase {
  readonly engine: 'command';
  /** Program and arguments, placeholders filled in. Never a shell line. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A run of the user's own program that a Slurm cluster starts in place of this machine. */
export interface SlurmLaunch extends CommandLaunch {
  readonly slurm: SlurmPlace;
}

export interface SlurmPlace {
  /** Runs of the same name are submitted together, as one job array: those of an experiment. */
  readonly array: string;
  /** The user's own lines of the batch script: `#SBATCH …`, `module load …`. */
  readonly header: readonly string[];
  /** So many of the array run at once; as many as there is room for where it is not given. */
  readonly arrayLimit?: number | undefined;
  /**
   * The job that it is already, by an earlier session: it is followed, and none is submitted. May be
   * `unnumberedJob`.
   */
  readonly job?: string;
}

/** In place of the number of a job that a cluster may have, while its answer has not come. */
export const unnumberedJob = 'unnumbered';

export type LaunchSpec = TaskLaunch | CommandLaunch | SlurmLaunch;

export interface LaunchProgress {
  readonly step: number;
  readonly steps: number | undefined;
  /** Total loss, where it is known. */
  readonly loss: number | undefined;
}

export interface LaunchEnd {
  readonly state: Extract<RunState, 'finished' | 'cancelled' | 'failed' | 'crashed'>;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What happened, for a person; with the last lines of stderr where it failed. */
  readonly reason?: string;
  /** Where in the user's files it went wrong, where that is known. */
  readonly place?: FilePlace;
}

export interface LaunchEvents {
  /**
   * A cluster has taken the run, which waits for its turn there; by this name it is found again when
   * this session is over. Once more where the cluster puts it back in its queue. Before it is given to
   * the cluster, with `unnumberedJob`: resolves when a later session would know of it.
   */
  submitted(job: string): Promise<unknown> | undefined;
  /** The engine is up. A task names its backend and why it was chosen. */
  started(info: {
    readonly pid: number | undefined;
    readonly backend?: string;
    readonly backendReason?: string;
    readonly sharedGroup?: string;
    readonly steps?: number;
  }): void;
  progress(progress: LaunchProgress): void;
  /** Something that a person should know and that is no failure. */
  notice(notice: { readonly text: string; readonly step: number | undefined }): void;
  /** From this step on the run can be resumed. */
  checkpoint(step: number): void;
}

export interface LaunchHandle {
  /** Asks it to stop; kills the process tree if it has not within a second. */
  cancel(): void;
  /** Settles once when the process is gone; never rejects. */
  readonly ended: Promise<LaunchEnd>;
}

/** An engine that runs training. Implemented by the train host's client and by the command launcher. */
export interface Launcher<Spec extends LaunchSpec = LaunchSpec> {
  readonly engine: Spec['engine'];
  launch(spec: Spec, events: LaunchEvents): LaunchHandle;
  /** Kills what still runs. */
  dispose(): void;
}
