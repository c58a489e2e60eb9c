import type { Clock } from './clock.ts';

/** Runs an action for a key at once when asked, and then at most every `ms`; its last request is never lost. */
export class KeyedThrottle {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #action: (key: string) => void;
  /** Whether each that has had its turn just now has been asked for once more. */
  readonly #resting = new Map<string, boolean>();

  constructor(clock: Clock, ms: number, action: (key: string) => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#action = action;
  }

  request(key: string): void {
    if (this.#resting.has(key)) {
      this.#resting.set(key, true);
      return;
    }
    this.#resting.set(key, false);
    this.#clock.after(this.#ms, () => {
      const again = this.#resting.get(key);
      this.#resting.delete(key);
      if (again) this.request(key);
    });
    this.#action(key);
  }
}
