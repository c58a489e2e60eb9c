/** Room for this many points to begin with. */
const firstCapacity = 8;
/** Up to this many points the room doubles; beyond, it grows by an eighth to stay near 24 bytes a point. */
const doublingLimit = 1024;

/** Three columns of doubles, 24 bytes a point, that grow together and can be spliced. */
export class PointColumns {
  #steps = new Float64Array(firstCapacity);
  #wallTimes = new Float64Array(firstCapacity);
  #values = new Float64Array(firstCapacity);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A view, not a copy; as the other two valid until the columns change. */
  get steps(): Float64Array {
    return this.#steps.subarray(0, this.#length);
  }

  /** Seconds since the Unix epoch, NaN where the log has none. */
  get wallTimes(): Float64Array {
    return this.#wallTimes.subarray(0, this.#length);
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  /** Bytes that the columns hold, with the room for what is still to come. */
  get bytes(): number {
    return 3 * this.#steps.byteLength;
  }

  /** Makes room for `count` points at `index`; what they hold until `set` is undefined. */
  insert(index: number, count: number): void {
    this.#reserve(this.#length + count);
    for (const column of this.#columns()) {
      column.copyWithin(index + count, index, this.#length);
    }
    this.#length += count;
  }

  remove(index: number, count: number): void {
    for (const column of this.#columns()) {
      column.copyWithin(index, index + count, this.#length);
    }
    this.#length -= count;
  }

  set(index: number, step: number, wallTime: number, value: number): void {
    this.#steps[index] = step;
    this.#wallTimes[index] = wallTime;
    this.#values[index] = value;
  }

  #columns(): readonly Float64Array[] {
    return [this.#steps, this.#wallTimes, this.#values];
  }

  #reserve(needed: number): void {
    const capacity = this.#steps.length;
    if (needed <= capacity) return;
    const grown = capacity < doublingLimit ? capacity * 2 : capacity + (capacity >> 3);
    const next = Math.max(grown, needed);
    const grow = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(next);
      larger.set(column);
      return larger;
    };
    this.#steps = grow(this.#steps);
    this.#wallTimes = grow(this.#wallTimes);
    this.#values = grow(this.#values);
  }
}
