/** Numbers of a row: step, wall time, value, byte start, byte end. */
export const stagedWidth = 5;
/** Rows of one slab; a full slab is never copied again. */
const slabRows = 1024;
const firstRows = 4;
/** So many slabs wait for their next use at most, which are 5 MB: those of one look at a fast log. */
const spareSlabs = 128;

/**
 * Slabs for the points of all stages of a store. They are used again and again, as a new one for
 * every thousand points costs more than the points themselves: it is made zero, and collected.
 */
export class SlabPool {
  readonly #spare: Float64Array<ArrayBuffer>[] = [];

  /** A slab with anything in it. */
  take(): Float64Array<ArrayBuffer> {
    return this.#spare.pop() ?? new Float64Array(slabRows * stagedWidth);
  }

  giveBack(slab: Float64Array<ArrayBuffer>): void {
    const isWhole = slab.length === slabRows * stagedWidth;
    if (isWhole && this.#spare.length < spareSlabs) this.#spare.push(slab);
  }
}

/**
 * Points of one series that one file gave since the last commit, in arrival order, with the unit of
 * the file that each came from.
 */
export class StagedPoints {
  readonly #pool: SlabPool;
  readonly #slabs: Float64Array<ArrayBuffer>[] = [];
  #last = new Float64Array(firstRows * stagedWidth);
  /** Rows before those of the last slab. */
  #before = 0;
  /** Where the next row goes in the last slab. */
  #at = 0;
  /** Indices of points that a mark of the writer made the first of a session, ascending. */
  readonly marks: number[] = [];

  constructor(pool: SlabPool) {
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
    const rows = full.length / stagedWidth;
    if (rows === slabRows) {
      this.#before += rows;
      this.#at = 0;
    } else this.#slabs.pop();
    this.#last = 2 * rows < slabRows ? new Float64Array(2 * full.length) : this.#pool.take();
    if (rows < slabRows) this.#last.set(full);
    this.#slabs.push(this.#last);
  }
}

const noRows = new Float64Array(0);
