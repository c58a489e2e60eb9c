import type { Disposable } from './disposable.ts';
import { Emitter, type Event } from './emitter.ts';

/** Asks a running operation to stop; the LSP library's tokens have the same shape. */
export interface CancellationToken {
  readonly isCancellationRequested: boolean;
  readonly onCancellationRequested: Event<void>;
}

export class CancelledError extends Error {
  constructor() {
    super('The operation was cancelled.');
    this.name = 'CancelledError';
  }
}

export class CancellationSource implements Disposable {
  readonly #emitter = new Emitter<void>();
  #cancelled = false;

  readonly token: CancellationToken;

  constructor() {
    const isCancelled = (): boolean => this.#cancelled;
    this.token = {
      get isCancellationRequested() {
        return isCancelled();
      },
      onCancellationRequested: this.#emitter.event,
    };
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#emitter.fire();
  }

  dispose(): void {
    this.#emitter.dispose();
  }
}

/** A token that is never cancelled, for operations that always run to their end. */
export const neverCancelled: CancellationToken = {
  isCancellationRequested: false,
  onCancellationRequested: () => ({ dispose: () => undefined }),
};

/** How long a loop may hold the event loop before others get their turn, in milliseconds. */
const yieldAfterMs = 10;

/**
 * Made once per long loop and called in every round: throws `CancelledError` when cancelled and
 * lets other work run every 10 ms, so that hover stays quick while a large log is read.
 */
export function createCheckpoint(token: CancellationToken): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (token.isCancellationRequested) throw new CancelledError();
    if (performance.now() - last < yieldAfterMs) return;
    await new Promise<void>((resume) => setImmediate(resume));
    last = performance.now();
    if (token.isCancellationRequested) throw new CancelledError();
  };
}
