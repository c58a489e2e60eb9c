import { type Clock, systemClock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import {
  type LaunchEvents,
  type Launcher,
  type LaunchHandle,
  type SlurmLaunch,
  unnumberedJob,
} from '../launcher.ts';
import { largestArray, type SlurmArray, submitArray } from './slurmArray.ts';
import { type RunProgram, slurmPrograms } from './slurmCommands.ts';
import { SlurmJob } from './slurmJob.ts';
import { SlurmWatch } from './slurmWatch.ts';

export interface SlurmLauncherOptions {
  readonly clock?: Clock;
  /** Milliseconds that more runs of an experiment are waited for before they are submitted. */
  readonly gatherMs?: number;
  /** Milliseconds between two looks at Slurm's queue. */
  readonly lookEveryMs?: number;
  /** Slurm's commands; those of this machine where it is not given. */
  readonly run?: RunProgram;
  /** Name or number of the user whose jobs are looked at. */
  readonly user?: string;
}

/** The runs of an experiment arrive one after the other, each after a few files are written. */
const gatherMs = 1000;
const longestGatherMs = 20_000;

/** The controller serves the whole cluster, and squeue's manual warns of asking it in a loop. */
const lookEveryMs = 10_000;

interface Gathering {
  readonly jobs: SlurmJob[];
  /** When the latest of them came. */
  readonly latest: number;
  readonly timer?: Disposable;
}

/**
 * Runs the user's own program on a Slurm cluster: the runs of an experiment as one job array, their
 * states by `squeue`, by `sacct` where the cluster keeps accounts, and by the files that the batch
 * script leaves in the folder of each run. A job goes on when this session ends, and is found again
 * by its id, or by its folder where the session ended before it was told.
 */
export class SlurmLauncher implements Launcher<SlurmLaunch> {
  readonly engine = 'command';
  readonly #clock: Clock;
  readonly #gatherMs: number;
  readonly #run: RunProgram;
  readonly #watch: SlurmWatch;
  /** Waiting for the others of their experiment, by what they have in common. */
  readonly #gathering = new Map<string, Gathering>();
  #disposed = false;

  constructor(options: SlurmLauncherOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#gatherMs = options.gatherMs ?? gatherMs;
    this.#run = options.run ?? slurmPrograms(process.env);
    this.#watch = new SlurmWatch({
      clock: this.#clock,
      run: this.#run,
      user: options.user ?? String(process.getuid?.() ?? process.env.USERNAME ?? ''),
      lookEveryMs: options.lookEveryMs ?? lookEveryMs,
    });
  }

  launch(spec: SlurmLaunch, events: LaunchEvents): LaunchHandle {
    const job = new SlurmJob(spec, events, (cancelled) => this.#cancel(cancelled));
    const { job: known } = spec.slurm;
    if (known === undefined) this.#gather(job);
    else this.#follow(job, known);
    return job;
  }

  /** Jobs go on: what was given to the cluster is found again by the next session. */
  dispose(): void {
    this.#disposed = true;
    for (const { timer } of this.#gathering.values()) timer?.dispose();
    this.#watch.dispose();
  }

  #gather(job: SlurmJob): void {
    const { array, header, arrayLimit } = job.spec.slurm;
    const key = JSON.stringify([array, header, arrayLimit]);
    const now = this.#clock.now();
    const { jobs, timer, latest } = this.#gathering.get(key) ?? { jobs: [], latest: now };
    timer?.dispose();
    jobs.push(job);
    // Where the disk is slow, the next one takes as long as this one did, and longer at times.
    const wait = Math.min(longestGatherMs, Math.max(this.#gatherMs, 3 * (now - latest)));
    const submit = (): void => {
      this.#gathering.delete(key);
      void this.#submit(jobs);
    };
    if (jobs.length >= largestArray) submit();
    else this.#gathering.set(key, { jobs, latest: now, timer: this.#clock.after(wait, submit) });
  }

  async #submit(gathered: readonly SlurmJob[]): Promise<void> {
    const jobs = gathered.filter(({ over }) => !over);
    const [first, ...others] = jobs.map(({ spec }) => spec);
    if (!first || this.#disposed) return;
    const runs: SlurmArray = [first, ...others];
    const submitter = {
      run: this.#run,
      announce: async () => void (await Promise.all(jobs.map((job) => job.mayBeSubmitted()))),
      before: this.#watch.jobsOf(first.slurm.array),
    };
    const submitted = await submitArray(submitter, runs);
    for (const [index, job] of jobs.entries()) {
      const result = submitted[index];
      if (result?.ok) this.#follow(job, result.value);
      else {
        const reason = result?.error ?? 'It was not given to Slurm.';
        job.end({ state: 'failed', exitCode: null, signal: null, reason });
      }
    }
  }

  #follow(job: SlurmJob, id: string): void {
    if (id !== unnumberedJob) job.submitted(id);
    this.#watch.follow(job, this.#gatherMs);
  }

  #cancel(job: SlurmJob): void {
    const isGathering = [...this.#gathering.values()].some(({ jobs }) => jobs.includes(job));
    if (isGathering) job.end({ state: 'cancelled', exitCode: null, signal: null });
    // On its way to the cluster it is cancelled once it is there.
    else if (this.#watch.follows(job)) this.#watch.cancel(job);
  }
}
