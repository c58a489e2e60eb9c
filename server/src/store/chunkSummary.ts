/** A chunk of a file: so many points of one series share a summary and a provenance. */
export const chunkPoints = 256;

/** What the objects of a table take up beside its numbers, measured. */
const objectBytes = 240;
/** Numbers of a row of the table below. */
const width = 9;

/** What is known of some neighbouring points without looking at them; places count from the first. */
export class ChunkSummary {
  /** Number of points. */
  count = 0;
  /** NaN where no point has a step, infinite where only some have. */
  lowestStep = Number.NaN;
  highestStep = Number.NaN;
  /** Place of the lowest value, the first of equals; -1 where all are NaN. */
  low = -1;
  lowStep = Number.NaN;
  lowValue = Number.NaN;
  high = -1;
  highStep = Number.NaN;
  highValue = Number.NaN;
  /** Place of the first NaN; -1 for none. */
  nan = -1;
  nanStep = Number.NaN;
  /** Mean of the finite values; NaN of none. */
  mean = Number.NaN;
  /** Number of finite values, and their sum in units of `chunkPoints`, which cannot overflow. */
  #finite = 0;
  #sum = 0;

  /** Adds the next points. */
  add(steps: Float64Array, values: Float64Array): void {
    this.#addSteps(steps);
    this.#addValues(steps, values);
    this.count += values.length;
  }

  /** The lowest position, where the first point has this index and stands there without a step. */
  lowestPosition(start: number): number {
    return Number.isNaN(this.lowestStep) ? start : this.lowestStep;
  }

  highestPosition(start: number): number {
    return Number.isNaN(this.highestStep) ? start + this.count - 1 : this.highestStep;
  }

  /** Whether the other tells the same of as many points. */
  equals(other: ChunkSummary): boolean {
    const one = new Float64Array(width);
    const two = new Float64Array(width);
    this.writeTo(one, 0);
    other.writeTo(two, 0);
    return this.count === other.count && one.every((number, at) => Object.is(number, two[at]));
  }

  writeTo(table: Float64Array, row: number): void {
    const at = row * width;
    table[at] = this.lowestStep;
    table[at + 1] = this.highestStep;
    // Three places in nine bits each, 0 for none.
    table[at + 2] = this.low + 1 + 512 * (this.high + 1) + 512 * 512 * (this.nan + 1);
    table[at + 3] = this.lowStep;
    table[at + 4] = this.lowValue;
    table[at + 5] = this.highStep;
    table[at + 6] = this.highValue;
    table[at + 7] = this.nanStep;
    table[at + 8] = this.mean;
  }

  /** Takes over what a row tells of a whole chunk. */
  readFrom(table: Float64Array, row: number): void {
    const at = row * width;
    const places = table[at + 2] ?? 0;
    this.count = chunkPoints;
    this.lowestStep = table[at] ?? Number.NaN;
    this.highestStep = table[at + 1] ?? Number.NaN;
    this.low = (places & 511) - 1;
    this.high = ((places >>> 9) & 511) - 1;
    this.nan = (places >>> 18) - 1;
    this.lowStep = table[at + 3] ?? Number.NaN;
    this.lowValue = table[at + 4] ?? Number.NaN;
    this.highStep = table[at + 5] ?? Number.NaN;
    this.highValue = table[at + 6] ?? Number.NaN;
    this.nanStep = table[at + 7] ?? Number.NaN;
    this.mean = table[at + 8] ?? Number.NaN;
  }

  copyFrom(other: ChunkSummary): void {
    const row = new Float64Array(width);
    other.writeTo(row, 0);
    this.readFrom(row, 0);
    this.count = other.count;
    this.#finite = other.#finite;
    this.#sum = other.#sum;
  }

  #addSteps(steps: Float64Array): void {
    if (this.count === 0) this.lowestStep = this.highestStep = steps[0] ?? Number.NaN;
    let [lowest, highest] = [this.lowestStep, this.highestStep];
    for (let at = 0; at < steps.length; at += 1) {
      const step = steps[at] ?? Number.NaN;
      if (step > highest) highest = step;
      else if (step < lowest) lowest = step;
      else if (Number.isNaN(step) !== Number.isNaN(lowest)) {
        lowest = Number.NEGATIVE_INFINITY;
        highest = Number.POSITIVE_INFINITY;
      }
    }
    this.lowestStep = lowest;
    this.highestStep = highest;
  }

  #addValues(steps: Float64Array, values: Float64Array): void {
    let [finite, sum] = [this.#finite, this.#sum];
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] ?? Number.NaN;
      if (!(value >= this.lowValue && value <= this.highValue)) {
        this.#addExtreme(this.count + at, steps[at] ?? Number.NaN, value);
      }
      if (!Number.isFinite(value)) continue;
      finite += 1;
      sum += value / chunkPoints;
    }
    this.#finite = finite;
    this.#sum = sum;
    if (finite > 0) this.mean = (sum / finite) * chunkPoints;
  }

  #addExtreme(place: number, step: number, value: number): void {
    if (Number.isNaN(value)) {
      if (this.nan < 0) [this.nan, this.nanStep] = [place, step];
      return;
    }
    // A comparison with the NaN that stands for none yet is false.
    if (!(value >= this.lowValue)) {
      this.low = place;
      this.lowStep = step;
      this.lowValue = value;
    }
    if (!(value <= this.highValue)) {
      this.high = place;
      this.highStep = step;
      this.highValue = value;
    }
  }
}

/** The summaries of the whole chunks of a series, one after the other. */
export class ChunkSummaries {
  #table = new Float64Array(width);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return objectBytes + this.#table.byteLength;
  }

  push(summary: ChunkSummary): void {
    const capacity = this.#table.length / width;
    if (this.#length === capacity) {
      const larger = new Float64Array(width * (capacity + 1 + (capacity >> 1)));
      larger.set(this.#table);
      this.#table = larger;
    }
    summary.writeTo(this.#table, this.#length);
    this.#length += 1;
  }

  read(chunk: number, into: ChunkSummary): void {
    into.readFrom(this.#table, chunk);
  }
}
