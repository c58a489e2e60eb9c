import type { Clock } from './clock.ts';
import type { Disposable } from './disposable.ts';

/** Runs an action at once when asked, and then at most every `ms`; the last request is never lost. */
export class Throttle implements Disposable {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #action: () => void;
  #timer: Disposable | undefined;
  #again = false;

  constructor(clock: Clock, ms: number, action: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#action = action;
  }

  request(): void {
    if (this.#timer) {
      this.#again = true;
      return;
    }
    this.#timer = this.#clock.after(this.#ms, () => {
      this.#timer = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.request();
    });
    this.#action();
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#again = false;
  }
}
