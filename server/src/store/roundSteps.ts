/**
 * Steps that a log counts within rounds (the iterations of an epoch) as they would be if they were
 * counted through: a round goes on from the highest step of those before it.
 */
export class RoundSteps {
  /** The rounds that led to the present one, ascending, and what is added to the steps of each. */
  readonly #rounds: { readonly round: number; readonly base: number }[] = [];
  #round = Number.NaN;
  #base = 0;
  #isInside = false;
  /** The highest step so far, counted through, since the round before. */
  #highest = 0;

  /** What follows counts in no round. */
  leave(): void {
    this.#isInside = false;
  }

  /** What follows counts within this round. One that comes again takes its old place. */
  enter(round: number): void {
    this.#isInside = true;
    if (round === this.#round) return;
    this.#round = round;
    this.#base = this.#baseOf(round);
    this.#highest = this.#base;
    this.#rounds.push({ round, base: this.#base });
  }

  /** The step counted through. */
  through(step: number): number {
    if (!this.#isInside) return step;
    const through = this.#base + step;
    if (through > this.#highest) this.#highest = through;
    return through;
  }

  /** Takes the round, and all from there on, off the list: a training that was resumed goes back. */
  #baseOf(round: number): number {
    let base = this.#highest;
    for (let last = this.#rounds.at(-1); last && last.round >= round; last = this.#rounds.at(-1)) {
      base = last.base;
      this.#rounds.pop();
    }
    return base;
  }
}
