import { createDeferred } from '../../base/deferred.ts';
import type { LaunchEnd, LaunchEvents, LaunchHandle, SlurmLaunch } from '../launcher.ts';
import type { JobSighting } from './slurmCommands.ts';
import { describeWaiting } from './slurmWords.ts';

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
  #running = false;
  #waitsFor = '';
  #inVain = 0;

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

  submitted(id: string): void {
    this.#id = id;
    this.#events.submitted(id);
  }

  /** What Slurm says of it while it goes on. */
  see(sighting: JobSighting): void {
    this.#inVain = 0;
    if (sighting.state === 'RUNNING') this.#sawRunning();
    if (sighting.state === 'PENDING') this.#sawWaiting(sighting);
  }

  #sawWaiting(sighting: JobSighting): void {
    if (this.#running) {
      this.#running = false;
      this.#events.submitted(this.#id ?? '');
      this.note(`Slurm has put job ${this.#id} back in its queue; it begins again.`);
    }
    if (sighting.reason === this.#waitsFor) return;
    this.#waitsFor = sighting.reason;
    const words = describeWaiting(this.#id ?? '', sighting);
    if (words !== undefined) this.note(words);
  }

  #sawRunning(): void {
    if (this.#running) return;
    this.#running = true;
    this.#events.started({ pid: undefined });
  }

  note(text: string): void {
    this.#events.notice({ text, step: undefined });
  }

  /** Counts the looks that found nothing of it in a row. */
  missed(): number {
    this.#inVain += 1;
    return this.#inVain;
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
