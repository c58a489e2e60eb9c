import { CancelledError } from '../base/cancellation.ts';
import type { Logger } from '../base/logger.ts';

/** Reads one thing after the other; one that goes wrong is told in the log, and the next has its turn. */
export class ReadingQueue {
  readonly #logger: Logger;
  #last: Promise<void> = Promise.resolve();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(what: string, read: () => Promise<void>): void {
    this.#last = this.#last.then(read).catch((error: unknown) => {
      if (error instanceof CancelledError) return;
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#logger.error(`Could not read ${what}: ${reason}`);
    });
  }

  /** Resolves when everything that was to be read by now has been. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
