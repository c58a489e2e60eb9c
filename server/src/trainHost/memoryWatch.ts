const bytesPerMiB = 2 ** 20;

export interface MemoryWatchOptions {
  readonly limitMiB: number;
  /** Resident memory of this process in bytes. */
  readonly resident: () => number;
  /** Asks the run to stop after the step that is being taken. Called once. */
  readonly stop: () => void;
}

/** Ends a run that takes more memory than it may, before the machine has to. */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  #step = 0;
  #exceededMiB: number | undefined;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
  }

  /** Called after every step and every second. Returns the resident memory in bytes. */
  check(step: number = this.#step): number {
    this.#step = step;
    const resident = this.#options.resident();
    if (this.#exceededMiB === undefined && resident > this.#options.limitMiB * bytesPerMiB) {
      this.#exceededMiB = Math.ceil(resident / bytesPerMiB);
      this.#options.stop();
    }
    return resident;
  }

  /** Why the run was stopped, where it was stopped here. */
  get reason(): string | undefined {
    if (this.#exceededMiB === undefined) return undefined;
    const place =
      this.#step === 0 ? 'before its first step' : `after step ${this.#step}; its metrics are kept`;
    return (
      `The training took ${this.#exceededMiB} MiB of memory, where ${this.#options.limitMiB} MiB ` +
      `are allowed, and was ended ${place}. ` +
      'Raise counterweight.memoryLimit, or make the model or its batches smaller.'
    );
  }
}
