/** One point of a series, at its index. */
interface PlacedPoint {
  readonly index: number;
  readonly step: number;
  readonly value: number;
}

/**
 * Keeps of every column that the points pass through the lowest and the highest value, and one NaN
 * where there is any, in arrival order: what a chart needs to look the same as with all points.
 */
export class ExtremesPicker {
  readonly indices: number[] = [];
  readonly steps: number[] = [];
  readonly values: number[] = [];
  readonly #limit: number;
  #column = Number.NaN;
  #low: PlacedPoint | undefined;
  #high: PlacedPoint | undefined;
  #notANumber: PlacedPoint | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether more points were picked than the limit. */
  get isOver(): boolean {
    return this.steps.length > this.#limit;
  }

  /** Takes a point in a column; a new column begins where it differs from that of the point before. */
  add(column: number, index: number, step: number, value: number): void {
    if (column !== this.#column) this.finish();
    this.#column = column;
    if (Number.isNaN(value)) {
      this.#notANumber ??= { index, step, value };
      return;
    }
    if (!this.#low || value < this.#low.value) this.#low = { index, step, value };
    if (!this.#high || value > this.#high.value) this.#high = { index, step, value };
  }

  /** Picks the points of the last column. */
  finish(): void {
    const low = this.#low;
    const high = this.#high === low ? undefined : this.#high;
    const found = [low, high, this.#notANumber].filter((point) => point !== undefined);
    found.sort((first, second) => first.index - second.index);
    let before = -1;
    for (const { index, step, value } of found) {
      if (index !== before) {
        this.indices.push(index);
        this.steps.push(step);
        this.values.push(value);
      }
      before = index;
    }
    this.#low = this.#high = this.#notANumber = undefined;
  }
}
