import { type Clock, systemClock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { LaunchEvents, Launcher, LaunchHandle, SlurmLaunch } from '../launcher.ts';
import { largestArray, type SlurmArray, submitArray } from './slurmArray.ts';
import {
  isOver,
  type JobSighting,
  listAccounting,
  listQueue,
  type RunProgram,
  type Sightings,
  slurmPrograms,
} from './slurmCommands.ts';
import { gatherEvidence, readExitCode } from './slurmEvidence.ts';
import { SlurmJob } from './slurmJob.ts';
import { describeJobEnd, describeMissing } from './slurmWords.ts';

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

/** The controller serves the whole cluster, and squeue's manual warns of asking it in a loop. */
const lookEveryMs = 10_000;

/** Between two looks while a run is to end. */
const lookAfterCancelMs = 2000;

/** Looks that find nothing of a job before it is given up: files of a node may come late. */
const patience = 4;

/** Looks without an answer of the controller before the user is told. */
const silenceLimit = 3;

/**
 * Runs the user's own program on a Slurm cluster: the runs of an experiment as one job array, their
 * states by `squeue`, by `sacct` where the cluster keeps accounts, and by the files that the batch
 * script leaves in the folder of each run. A job goes on when this session ends, and is found again
 * by its id.
 */
export class SlurmLauncher implements Launcher<SlurmLaunch> {
  readonly engine = 'command';
  readonly #clock: Clock;
  readonly #gatherMs: number;
  readonly #lookEveryMs: number;
  readonly #run: RunProgram;
  readonly #user: string;
  /** Waiting for the others of their experiment, by what they have in common. */
  readonly #gathering = new Map<string, { readonly jobs: SlurmJob[]; timer: Disposable }>();
  readonly #followed = new Set<SlurmJob>();
  #cancelling: SlurmJob[] = [];
  #looking = false;
  /** A look fell due while another one went on. */
  #lookAgain = false;
  #nextLook: { readonly at: number; readonly timer: Disposable } | undefined;
  #silent = 0;
  #disposed = false;

  constructor(options: SlurmLauncherOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#gatherMs = options.gatherMs ?? gatherMs;
    this.#lookEveryMs = options.lookEveryMs ?? lookEveryMs;
    this.#run = options.run ?? slurmPrograms(process.env);
    this.#user = options.user ?? String(process.getuid?.() ?? process.env.USERNAME ?? '');
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
    for (const { timer } of this.#gathering.values()) timer.dispose();
    this.#nextLook?.timer.dispose();
  }

  #gather(job: SlurmJob): void {
    const { array, header, arrayLimit } = job.spec.slurm;
    const key = JSON.stringify([array, header, arrayLimit]);
    const waiting = this.#gathering.get(key);
    waiting?.timer.dispose();
    const jobs = waiting?.jobs ?? [];
    jobs.push(job);
    const submit = (): void => {
      this.#gathering.delete(key);
      void this.#submit(jobs);
    };
    if (jobs.length >= largestArray) submit();
    else this.#gathering.set(key, { jobs, timer: this.#clock.after(this.#gatherMs, submit) });
  }

  async #submit(gathered: readonly SlurmJob[]): Promise<void> {
    const jobs = gathered.filter(({ over }) => !over);
    const [first, ...others] = jobs.map(({ spec }) => spec);
    if (!first || this.#disposed) return;
    const runs: SlurmArray = [first, ...others];
    const ids = await submitArray(this.#run, runs);
    const reason = ids.ok ? 'Slurm gave it no number.' : ids.error;
    for (const [index, job] of jobs.entries()) {
      const id = ids.ok ? ids.value[index] : undefined;
      if (id !== undefined) this.#follow(job, id);
      else job.end({ state: 'failed', exitCode: null, signal: null, reason });
    }
  }

  #follow(job: SlurmJob, id: string): void {
    job.submitted(id);
    this.#followed.add(job);
    void job.ended.then(() => this.#followed.delete(job));
    // It was to stop while it was on its way to the cluster.
    if (job.cancelled) this.#cancel(job);
    this.#lookIn(Math.min(this.#gatherMs, this.#lookEveryMs));
  }

  #cancel(job: SlurmJob): void {
    if (job.id !== undefined) {
      this.#cancelling.push(job);
      // Those of the other runs of an experiment come in the same moment.
      if (this.#cancelling.length === 1) queueMicrotask(() => void this.#cancelNow());
      return;
    }
    const isGathering = [...this.#gathering.values()].some(({ jobs }) => jobs.includes(job));
    if (isGathering) job.end({ state: 'cancelled', exitCode: null, signal: null });
  }

  async #cancelNow(): Promise<void> {
    const jobs = this.#cancelling;
    this.#cancelling = [];
    const ids = jobs.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const output = await this.#run('scancel', ids);
    // Where it says that a job is unknown, it is over, and the next look finds out how it ended.
    if (!output.ok) for (const job of jobs) job.note(describeMissing('scancel', output.error));
    this.#lookIn(0);
  }

  /** Looks at the cluster in so many milliseconds, unless it is looked at sooner. */
  #lookIn(ms: number): void {
    const at = this.#clock.now() + ms;
    if (this.#disposed || (this.#nextLook && this.#nextLook.at <= at)) return;
    this.#nextLook?.timer.dispose();
    this.#nextLook = { at, timer: this.#clock.after(ms, () => void this.#look()) };
  }

  async #look(): Promise<void> {
    this.#nextLook = undefined;
    this.#lookAgain = this.#looking;
    if (this.#looking) return;
    this.#looking = true;
    const jobs = [...this.#followed];
    const queue = await listQueue(this.#run, this.#user);
    if (queue.ok) {
      this.#silent = 0;
      await this.#consider(jobs, queue.value);
    } else this.#noteSilence(jobs, queue.error);
    this.#looking = false;
    if (this.#lookAgain) this.#lookIn(0);
    else if (this.#followed.size > 0) this.#lookIn(this.#pause());
  }

  /** Whoever cancels waits for it to be true. */
  #pause(): number {
    const anyCancelled = [...this.#followed].some(({ cancelled }) => cancelled);
    return anyCancelled ? Math.min(lookAfterCancelMs, this.#lookEveryMs) : this.#lookEveryMs;
  }

  #noteSilence(jobs: readonly SlurmJob[], error: string): void {
    this.#silent += 1;
    if (this.#silent !== silenceLimit) return;
    for (const job of jobs) {
      job.note(`Slurm does not answer (${error}). The run may well go on; it is asked again.`);
    }
  }

  async #consider(jobs: readonly SlurmJob[], queue: Sightings): Promise<void> {
    const silent: SlurmJob[] = [];
    for (const job of jobs) if (!(await this.#tells(job, queue.get(idOf(job))))) silent.push(job);
    const unknown = silent.map(idOf).filter((id) => !queue.has(id));
    const accounts = unknown.length === 0 ? queue : await listAccounting(this.#run, unknown);
    for (const job of silent) {
      const known = queue.get(idOf(job)) ?? accounts.get(idOf(job));
      if (known && !isOver(known)) job.see(known);
      else await this.#endWithoutFiles(job, known);
    }
  }

  /** Whether the queue or the files of a job say how it stands; they have told it then. */
  async #tells(job: SlurmJob, sighting: JobSighting | undefined): Promise<boolean> {
    if (sighting && !isOver(sighting)) {
      job.see(sighting);
      return true;
    }
    // A job that the queue no longer holds has left its exit code, unless it was killed.
    const exitCode = await readExitCode(job.spec);
    if (exitCode === undefined) return false;
    await this.#end(job, sighting, exitCode);
    return true;
  }

  /** The exit code of a program that failed may come late; any other end speaks for itself. */
  async #endWithoutFiles(job: SlurmJob, known: JobSighting | undefined): Promise<void> {
    const mayCome = known === undefined || known.state === 'FAILED';
    if (mayCome && job.missed() < patience) return;
    await this.#end(job, known, undefined);
  }

  async #end(
    job: SlurmJob,
    sighting: JobSighting | undefined,
    exitCode: number | undefined,
  ): Promise<void> {
    const evidence = await gatherEvidence(idOf(job), job.spec, sighting, exitCode);
    job.end(describeJobEnd(evidence));
  }
}

/** Of a job that is followed, and so has one. */
function idOf({ id = '' }: SlurmJob): string {
  return id;
}
