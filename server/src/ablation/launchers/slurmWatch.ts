import { createCheckpoint, neverCancelled } from '../../base/cancellation.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import {
  asFewIds,
  firstLine,
  isOver,
  type JobSighting,
  listAccounting,
  listQueue,
  type RunProgram,
  type Sightings,
} from './slurmCommands.ts';
import {
  findJob,
  gatherEvidence,
  isSameArray,
  leaveCancellation,
  readExitCode,
} from './slurmEvidence.ts';
import type { SlurmJob } from './slurmJob.ts';
import { describeJobEnd, describeMissing, neverTaken } from './slurmWords.ts';

export interface SlurmWatchOptions {
  readonly clock: Clock;
  readonly run: RunProgram;
  /** Name or number of the user whose jobs are looked at. */
  readonly user: string;
  /** Milliseconds between two looks at Slurm's queue. */
  readonly lookEveryMs: number;
}

/** Between two looks while a run is to end. */
const lookAfterCancelMs = 1000;

/** Between two looks while a job is new: many begin at once, and mistakes show in their first seconds. */
const lookWhileNewMs = 3000;
const newForMs = 20_000;

/** Looks that find a job FAILED and no exit code before it is believed: files of a node may come late. */
const patience = 4;

/**
 * How long nobody may know a job before it is given up: some sites answer `squeue` out of a cache, and
 * the files of a node may come late.
 */
const patienceMs = 120_000;

/** Looks without an answer of the controller before the user is told. */
const silenceLimit = 3;

/** Looks at the jobs of this session on the cluster, all of them in one question, and ends them. */
export class SlurmWatch implements Disposable {
  readonly #options: SlurmWatchOptions;
  readonly #followed = new Set<SlurmJob>();
  readonly #cancelling = new Set<SlurmJob>();
  /** When the latest job was taken on. */
  #latest = 0;
  #looking = false;
  /** A look fell due while another one went on. */
  #lookAgain = false;
  #nextLook: { readonly at: number; readonly timer: Disposable } | undefined;
  #silent = 0;
  #disposed = false;

  constructor(options: SlurmWatchOptions) {
    this.#options = options;
  }

  dispose(): void {
    this.#disposed = true;
    this.#nextLook?.timer.dispose();
  }

  /** Follows a job to its end, the first look being due in so many milliseconds at the latest. */
  follow(job: SlurmJob, firstLookMs: number): void {
    this.#followed.add(job);
    this.#latest = this.#options.clock.now();
    void job.ended.then(() => this.#followed.delete(job));
    // It was to stop while it was on its way to the cluster.
    if (job.cancelled) this.cancel(job);
    this.#lookIn(Math.min(firstLookMs, this.#options.lookEveryMs));
  }

  follows(job: SlurmJob): boolean {
    return this.#followed.has(job);
  }

  /** Has Slurm end a job that is followed, as soon as its number is known. */
  cancel(job: SlurmJob): void {
    if (job.id === undefined) {
      this.#lookIn(0);
      return;
    }
    this.#cancelling.add(job);
    // Those of the other runs of an experiment come in the same moment.
    if (this.#cancelling.size === 1) queueMicrotask(() => void this.#cancelNow());
  }

  /** The jobs of an experiment that are not over. */
  jobsOf(experiment: string): readonly string[] {
    const jobs = [...this.#followed].filter(({ spec }) => spec.slurm.array === experiment);
    return jobs.flatMap(({ id }) => (id === undefined ? [] : [id]));
  }

  async #cancelNow(): Promise<void> {
    const jobs = [...this.#cancelling];
    this.#cancelling.clear();
    const alive = jobs.filter(({ mayRun }) => mayRun);
    await Promise.all(alive.map(({ spec }) => leaveCancellation(spec)));
    const output = await this.#options.run('scancel', asFewIds(jobs.map(idOf)));
    // Where it says that a job is unknown, it is over, and the next look finds out how it ended.
    const answer = output.ok
      ? firstLine(output.value.stderr)
      : describeMissing('scancel', output.error);
    for (const job of jobs) job.askedToEnd(answer);
    // At once for a person who waits for it; what does not obey is asked in the rhythm of the looks.
    this.#lookIn(jobs.some(({ cancellations }) => cancellations === 1) ? 0 : this.#pause());
  }

  /** Looks at the cluster in so many milliseconds, unless it is looked at sooner. */
  #lookIn(ms: number): void {
    const { clock } = this.#options;
    const at = clock.now() + ms;
    if (this.#disposed || (this.#nextLook && this.#nextLook.at <= at)) return;
    this.#nextLook?.timer.dispose();
    this.#nextLook = { at, timer: clock.after(ms, () => void this.#look()) };
  }

  async #look(): Promise<void> {
    this.#nextLook = undefined;
    this.#lookAgain = this.#looking;
    if (this.#looking) return;
    this.#looking = true;
    const jobs = [...this.#followed];
    const queue = await listQueue(this.#options.run, this.#options.user);
    if (queue.ok) {
      this.#silent = 0;
      await this.#consider(jobs, queue.value);
    } else await this.#considerAlone(jobs, queue.error);
    this.#looking = false;
    if (this.#lookAgain) this.#lookIn(0);
    else if (this.#followed.size > 0) this.#lookIn(this.#pause());
  }

  /** Whoever cancels waits for it to be true. */
  #pause(): number {
    const { clock, lookEveryMs } = this.#options;
    const anyCancelled = [...this.#followed].some(({ cancelled }) => cancelled);
    if (anyCancelled) return Math.min(lookAfterCancelMs, lookEveryMs);
    const isNew = clock.now() - this.#latest < newForMs;
    return isNew ? Math.min(lookWhileNewMs, lookEveryMs) : lookEveryMs;
  }

  /** Slurm says nothing: no run ends because of that, but those that say themselves that they are done. */
  async #considerAlone(jobs: readonly SlurmJob[], error: string): Promise<void> {
    this.#silent += 1;
    for (const job of jobs) {
      if (job.id !== undefined && (await readExitCode(job.spec)) === 0) {
        await this.#end(job, undefined, 0);
      } else if (this.#silent === silenceLimit) {
        job.note(`Slurm does not answer (${error}). The run may well go on; it is asked again.`);
      }
    }
  }

  async #consider(jobs: readonly SlurmJob[], queue: Sightings): Promise<void> {
    const silent: SlurmJob[] = [];
    // Whoever is told of a run may have much to do because of it, and there may be a thousand.
    const checkpoint = createCheckpoint(neverCancelled);
    for (const job of jobs) {
      await checkpoint();
      const known = job.id !== undefined || (await this.#findNumber(job, queue));
      if (known && !(await this.#tells(job, queue))) silent.push(job);
    }
    if (silent.length > 0) await this.#askAccounts(silent, queue);
  }

  /** Of jobs that have left no exit code, and that the queue does not tell of, or not well. */
  async #askAccounts(jobs: readonly SlurmJob[], queue: Sightings): Promise<void> {
    const unknown = jobs.map(idOf).filter((id) => !queue.has(id));
    const { run } = this.#options;
    const accounts = unknown.length === 0 ? queue : await listAccounting(run, unknown);
    for (const job of jobs) {
      const known = (await ownSighting(job, queue)) ?? accounts.get(idOf(job));
      if (known && !isOver(known)) job.see(known);
      else await this.#endWithoutFiles(job, known);
    }
  }

  /** Of a job whose submission was never answered. */
  async #findNumber(job: SlurmJob, queue: Sightings): Promise<boolean> {
    const id = await findJob(job.spec, queue);
    if (id !== undefined) job.submitted(id);
    else if (job.missed(this.#options.clock.now()).ms >= patienceMs) {
      job.end({ state: 'crashed', exitCode: null, signal: null, reason: neverTaken });
    }
    return id !== undefined;
  }

  /** Whether the queue or the files of a job say how it stands; they have told it then. */
  async #tells(job: SlurmJob, queue: Sightings): Promise<boolean> {
    const sighting = await ownSighting(job, queue);
    const goesOn = sighting !== undefined && !isOver(sighting);
    if (job.cancelled && (!goesOn || sighting.state === 'COMPLETING')) {
      // It may hold its node for a moment yet, but there is no way back.
      job.end({ state: 'cancelled', exitCode: null, signal: null });
      return true;
    }
    if (goesOn) return this.#seeGoing(job, sighting);
    // A job that the queue no longer holds has left its exit code, unless it was killed.
    const exitCode = await readExitCode(job.spec);
    if (exitCode === undefined) return false;
    await this.#end(job, sighting, exitCode);
    return true;
  }

  async #seeGoing(job: SlurmJob, sighting: JobSighting): Promise<true> {
    job.see(sighting);
    if (job.cancelled) this.cancel(job);
    // Some nodes take minutes to clean up behind a program; why it was killed is said after that.
    const isDone = sighting.state === 'COMPLETING' && (await readExitCode(job.spec)) === 0;
    if (isDone) await this.#end(job, undefined, 0);
    return true;
  }

  /** The exit code of a program that failed may come late; any other end speaks for itself. */
  async #endWithoutFiles(job: SlurmJob, known: JobSighting | undefined): Promise<void> {
    if (known === undefined || known.state === 'FAILED') {
      const missed = job.missed(this.#options.clock.now());
      if (known ? missed.looks < patience : missed.ms < patienceMs) return;
    }
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

/** What the queue says of a job, unless the number is that of another one by now. */
async function ownSighting(job: SlurmJob, queue: Sightings): Promise<JobSighting | undefined> {
  const sighting = queue.get(idOf(job));
  if (!sighting || sighting.folder === '') return sighting;
  const array = await job.arrayFolder();
  // The line of a job whose folder has a line break in its path ends there.
  const tells = array !== '' && !array.includes('\n');
  return tells && !isSameArray(sighting.folder, array) ? undefined : sighting;
}

/** Of a job that is followed, and whose number is known. */
function idOf({ id = '' }: SlurmJob): string {
  return id;
}
