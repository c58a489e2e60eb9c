import { createDeferred } from '../../base/deferred.ts';
import {
  type LaunchEnd,
  type LaunchEvents,
  type LaunchHandle,
  type SlurmLaunch,
  unnumberedJob,
} from '../launcher.ts';
import type { JobSighting } from './slurmCommands.ts';
import { readArrayFolder } from './slurmEvidence.ts';
import { describeWaiting } from './slurmWords.ts';

/** States of a job that waits, for the first time or again (squeue(1), "JOB STATE CODES"). */
const waitingStates: ReadonlySet<string> = new Set([
  'PENDING',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'SPECIAL_EXIT',
]);

/** One run on the cluster, from the wish for it to its end. */
export class SlurmJob implements LaunchHandle {
  readonly ended: Promise<LaunchEnd>;
  readonly spec: SlurmLaunch;
  readonly #events: LaunchEvents;
  readonly #onCancel: (job: SlurmJob) => void;
  readonly #settle: (end: LaunchEnd) => void;
  #id: string | undefined;
  #cancelled = false;
  #over = false;
  /** As Slurm was seen to have it last. */
  #phase: 'running' | 'unseen' | 'waiting' = 'unseen';
  #array: Promise<string> | undefined;
  #waitsFor = '';
  #inVain = 0;
  #missedSince: number | undefined;
  #cancellations = 0;

  constructor(spec: SlurmLaunch, events: LaunchEvents, onCancel: (job: SlurmJob) => void) {
    this.spec = spec;
    this.#events = events;
    this.#onCancel = onCancel;
    const { promise, resolve } = createDeferred<LaunchEnd>();
    this.ended = promise;
    this.#settle = resolve;
  }

  /** `<job>_<index>`, once it is submitted. */
  get id(): string | undefined {
    return this.#id;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  get over(): boolean {
    return this.#over;
  }

  cancel(): void {
    if (this.#cancelled || this.#over) return;
    this.#cancelled = true;
    this.#onCancel(this);
  }

  /** False where it waits for its turn, as far as is known. */
  get mayRun(): boolean {
    return this.#phase !== 'waiting';
  }

  /** The folder of its array. */
  arrayFolder(): Promise<string> {
    this.#array ??= readArrayFolder(this.spec);
    return this.#array;
  }

  /** The cluster may have it from now on. Resolves when a later session would know of it. */
  async mayBeSubmitted(): Promise<void> {
    await this.#events.submitted(unnumberedJob);
  }

  submitted(id: string): void {
    this.#id = id;
    void this.#events.submitted(id);
  }

  /** What Slurm says of it while it goes on. */
  see(sighting: JobSighting): void {
    this.#inVain = 0;
    this.#missedSince = undefined;
    if (sighting.state === 'RUNNING') this.#sawRunning();
    if (waitingStates.has(sighting.state)) this.#sawWaiting(sighting);
  }

  #sawWaiting(sighting: JobSighting): void {
    const ran = this.#phase === 'running';
    this.#phase = 'waiting';
    if (ran) {
      void this.#events.submitted(this.#id ?? '');
      this.note(`Slurm has put job ${this.#id} back in its queue; it begins again.`);
    }
    if (sighting.reason === this.#waitsFor) return;
    this.#waitsFor = sighting.reason;
    const words = describeWaiting(this.#id ?? '', sighting);
    if (words !== undefined) this.note(words);
  }

  #sawRunning(): void {
    if (this.#phase === 'running') return;
    this.#phase = 'running';
    this.#events.started({ pid: undefined });
  }

  note(text: string): void {
    this.#events.notice({ text, step: undefined });
  }

  /** A look found nothing of it: how many in a row have, and for how many milliseconds. */
  missed(now: number): { readonly looks: number; readonly ms: number } {
    this.#inVain += 1;
    this.#missedSince ??= now;
    return { looks: this.#inVain, ms: now - this.#missedSince };
  }

  /** How often Slurm was asked to end it. */
  get cancellations(): number {
    return this.#cancellations;
  }

  /** Slurm is asked to end it, and did not obey so far: says so at the third time. */
  askedToEnd(answer: string): void {
    this.#cancellations += 1;
    if (this.#cancellations !== 3) return;
    const why = answer === '' ? '' : ` (${answer})`;
    this.note(`Slurm has not ended job ${this.#id} yet${why}; it is asked again.`);
  }

  end(end: LaunchEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#settle(this.#cancelled ? { ...withoutReason(end), state: 'cancelled' } : end);
  }
}

/** Whoever stops a run does not want to hear why it ended. */
function withoutReason({ exitCode, signal }: LaunchEnd): Omit<LaunchEnd, 'state'> {
  return { exitCode, signal };
}
