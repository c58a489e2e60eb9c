/** Runs at most `limit` of the given operations at once, in the order in which they were handed in. */
export class Limiter {
  readonly #waiting: (() => void)[] = [];
  readonly #limit: number;
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limit) this.#running += 1;
    else await new Promise<void>((start) => this.#waiting.push(start));
    try {
      return await operation();
    } finally {
      // The place goes straight to the next in line, so that no newcomer can slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
