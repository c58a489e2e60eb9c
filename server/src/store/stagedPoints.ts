/**
 * Points of one series that one file gave since the last commit, in arrival order, with the unit of
 * the file that each came from. Rows of numbers in one array, as a chunk of a log holds many.
 */
export class StagedPoints {
  readonly #rows: number[] = [];
  /** Indices of points that a mark of the writer made the first of a session. */
  readonly marks: number[] = [];

  get length(): number {
    return this.#rows.length / rowWidth;
  }

  add(step: number, wallTime: number, value: number, byteStart: number, byteEnd: number): void {
    this.#rows.push(step, wallTime, value, byteStart, byteEnd);
  }

  step(index: number): number {
    return this.#at(index, 0);
  }

  wallTime(index: number): number {
    return this.#at(index, 1);
  }

  value(index: number): number {
    return this.#at(index, 2);
  }

  byteStart(index: number): number {
    return this.#at(index, 3);
  }

  byteEnd(index: number): number {
    return this.#at(index, 4);
  }

  #at(index: number, column: number): number {
    return this.#rows[index * rowWidth + column] ?? Number.NaN;
  }
}

const rowWidth = 5;
