/** A value that is NaN or infinite, and where it stands. */
export interface NonFinitePoint {
  readonly index: number;
  readonly step: number;
  readonly value: number;
}

/** What a row of points remembers of its values, whatever becomes of the points. */
export class ValueRange {
  #lowest = Number.NaN;
  #highest = Number.NaN;
  #firstNonFinite: NonFinitePoint | undefined;

  /** NaN where no value is a number. */
  get lowest(): number {
    return this.#lowest;
  }

  get highest(): number {
    return this.#highest;
  }

  get firstNonFinite(): NonFinitePoint | undefined {
    return this.#firstNonFinite;
  }

  /** Takes the next points, the first of which has this index. */
  take(steps: Float64Array, values: Float64Array, index: number): void {
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] ?? Number.NaN;
      // Between two values that were taken nothing is new: a range that is infinite has its point.
      if (value >= this.#lowest && value <= this.#highest) continue;
      this.#widen(index + at, steps[at] ?? Number.NaN, value);
    }
  }

  #widen(index: number, step: number, value: number): void {
    if (!(value >= this.#lowest) && !Number.isNaN(value)) this.#lowest = value;
    if (!(value <= this.#highest) && !Number.isNaN(value)) this.#highest = value;
    if (this.#firstNonFinite || Number.isFinite(value)) return;
    this.#firstNonFinite = { index, step, value };
  }
}
