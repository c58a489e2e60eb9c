import {
  advanceQueue,
  emptyQueue,
  type QueueEvent,
  type QueueItem,
  type QueueState,
  type QueueStep,
} from '../ablation/queue.ts';
import { Emitter } from '../base/emitter.ts';
import type { RunId } from '../model/run.ts';

/** A run in the queue, with what its owner does about it. */
export interface QueueJob extends QueueItem {
  /** Its turn has come, on this device. Whoever launches it reports its end. */
  launch(device: string): void;
  /** It runs, and is to stop. Its end is still to be reported. */
  stop(): void;
}

/** The one queue of this process: single runs and the arms of experiments, in one order. */
export class RunQueue {
  readonly #jobs = new Map<RunId, QueueJob>();
  readonly #changed = new Emitter<QueueState>();
  #state: QueueState = emptyQueue;

  /** Something was queued, has begun or ended, or the order or the pause has changed. */
  readonly onDidChange = this.#changed.event;

  get state(): QueueState {
    return this.#state;
  }

  /** Queues all of them at once; those that are in the queue already stay as they are. */
  add(jobs: readonly QueueJob[]): void {
    for (const job of jobs) if (!this.#jobs.has(job.runId)) this.#jobs.set(job.runId, job);
    this.#advance({
      type: 'enqueue',
      items: jobs.map(({ runId, group, devices }) => ({ runId, group, devices })),
    });
  }

  has(runId: RunId): boolean {
    return this.#jobs.has(runId);
  }

  ended(runId: RunId): void {
    this.#jobs.delete(runId);
    this.#advance({ type: 'ended', runId });
  }

  /** Stops those that run; gives those that waited, and now never will run. */
  cancel(runIds: readonly RunId[]): readonly RunId[] {
    return this.#advance({ type: 'cancel', runIds }).dropped;
  }

  pause(): void {
    this.#advance({ type: 'pause' });
  }

  continue(): void {
    this.#advance({ type: 'continue' });
  }

  move(group: string, to: 'earlier' | 'later'): void {
    this.#advance({ type: 'move', group, to });
  }

  dispose(): void {
    // The end of what runs now must not start what waits.
    this.#state = { ...this.#state, paused: true };
    this.#changed.dispose();
  }

  #advance(event: QueueEvent): QueueStep {
    const step = advanceQueue(this.#state, event);
    this.#state = step.state;
    for (const runId of step.dropped) this.#jobs.delete(runId);
    for (const runId of step.stop) this.#jobs.get(runId)?.stop();
    for (const { runId, device } of step.launch) this.#jobs.get(runId)?.launch(device);
    this.#changed.fire(this.#state);
    return step;
  }
}
