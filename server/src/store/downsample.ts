/**
 * Picks the indices of `[start, end)` that a chart of `columns` pixel columns needs to look the same
 * as with all points: in each column the lowest and the highest value, and one NaN where there is
 * any, in arrival order. `columnOf` must not decrease along the range.
 */
export function pickExtremes(
  values: Float64Array,
  start: number,
  end: number,
  columnOf: (index: number) => number,
): readonly number[] {
  const picked: number[] = [];
  const extremes = new Extremes(values);
  let column = Number.NaN;
  for (let index = start; index < end; index += 1) {
    const next = columnOf(index);
    if (next !== column) extremes.moveTo(picked);
    column = next;
    extremes.add(index);
  }
  extremes.moveTo(picked);
  return picked;
}

/** The indices of the extremes of one column so far; -1 for none. */
class Extremes {
  readonly #values: Float64Array;
  #low = -1;
  #high = -1;
  #notANumber = -1;

  constructor(values: Float64Array) {
    this.#values = values;
  }

  add(index: number): void {
    const value = this.#values[index] ?? Number.NaN;
    if (Number.isNaN(value)) {
      if (this.#notANumber < 0) this.#notANumber = index;
      return;
    }
    // An index of -1 reads undefined, which no comparison finds smaller or larger.
    if (!(value >= (this.#values[this.#low] ?? Number.NaN))) this.#low = index;
    if (!(value <= (this.#values[this.#high] ?? Number.NaN))) this.#high = index;
  }

  /** Hands over the indices in arrival order and starts anew. */
  moveTo(picked: number[]): void {
    const indices = new Set([this.#low, this.#high, this.#notANumber]);
    indices.delete(-1);
    picked.push(...[...indices].sort((first, second) => first - second));
    this.#low = this.#high = this.#notANumber = -1;
  }
}
