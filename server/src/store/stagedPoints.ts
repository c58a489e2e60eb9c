/** Numbers of a row: step, wall time, value, byte start, byte end. */
export const stagedWidth = 5;
/** Rows of the first slab of a series, of a middling one, and of the largest, which is not copied. */
const [firstRows, pooledRows, slabRows] = [4, 64, 1024];
/** A series with more points than its slab has room for gets one of so many times the size. */
const growth = 4;
/** So many numbers wait for their next use at most: 5 MB, as one look at a log with many points takes. */
const spareNumbers = 128 * slabRows * stagedWidth;

/**
 * Slabs for the points of all stages of a store. They are used again and again, as new ones at every
 * look at a log cost more than the points themselves: they are made zero, and collected.
 */
export class SlabPool {
  readonly #spare = new Map<number, Float64Array<ArrayBuffer>[]>();
  #numbers = 0;

  /** A slab with so many numbers, whatever they are. */
  take(length: number): Float64Array<ArrayBuffer> {
    const found = this.#spare.get(length)?.pop();
    if (!found) return new Float64Array(length);
    this.#numbers -= length;
    return found;
  }

  giveBack(slab: Float64Array<ArrayBuffer>): void {
    const { length } = slab;
    if (length < pooledRows * stagedWidth || this.#numbers + length > spareNumbers) return;
    const spare = this.#spare.get(length);
    if (spare) spare.push(slab);
    else this.#spare.set(length, [slab]);
    this.#numbers += length;
  }
}

/**
 * Points of one series that one file gave since the last commit, in arrival order, with the unit of
 * the file that each came from.
 */
export class StagedPoints {
  readonly name: string;
  /** The series whose point followed the latest one of this, and may do so again. */
  next: StagedPoints | undefined;
  readonly #pool: SlabPool;
  readonly #slabs: Float64Array<ArrayBuffer>[] = [];
  #last = new Float64Array(firstRows * stagedWidth);
  /** Rows before those of the last slab. */
  #before = 0;
  /** Where the next row goes in the last slab. */
  #at = 0;
  /** Indices of points that a mark of the writer made the first of a session, ascending. */
  readonly marks: number[] = [];

  constructor(name: string, pool: SlabPool) {
    this.name = name;
    this.#pool = pool;
    this.#slabs.push(this.#last);
  }

  get length(): number {
    return this.#before + this.#at / stagedWidth;
  }

  add(step: number, wallTime: number, value: number, byteStart: number, byteEnd: number): void {
    if (this.#at === this.#last.length) this.#makeRoom();
    const rows = this.#last;
    const at = this.#at;
    rows[at] = step;
    rows[at + 1] = wallTime;
    rows[at + 2] = value;
    rows[at + 3] = byteStart;
    rows[at + 4] = byteEnd;
    this.#at = at + stagedWidth;
  }

  /** The rows, in their order, as slabs of many: the last one may have room that is not used. */
  get slabs(): readonly Float64Array[] {
    return this.#slabs;
  }

  /** The points are wanted no more, and are gone. */
  release(): void {
    for (const slab of this.#slabs) this.#pool.giveBack(slab);
    this.#slabs.length = 0;
    this.#last = noRows;
    this.#before = 0;
    this.#at = 0;
  }

  #makeRoom(): void {
    const full = this.#last;
    const isLargest = full.length === slabRows * stagedWidth;
    this.#last = this.#pool.take(isLargest ? full.length : growth * full.length);
    if (isLargest) {
      this.#before += slabRows;
      this.#at = 0;
    } else {
      this.#last.set(full);
      this.#slabs.pop();
      this.#pool.giveBack(full);
    }
    this.#slabs.push(this.#last);
  }
}

const noRows = new Float64Array(0);
