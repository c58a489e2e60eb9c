/** Numbers of a row: step, wall time, value, byte start, byte end. */
export const stagedWidth = 5;
/** Rows of one slab; a full slab is never copied again. */
const slabRows = 1024;
const firstRows = 4;

/**
 * Points of one series that one file gave since the last commit, in arrival order, with the unit of
 * the file that each came from.
 */
export class StagedPoints {
  readonly #slabs: Float64Array[] = [];
  #last = new Float64Array(firstRows * stagedWidth);
  #length = 0;
  /** Indices of points that a mark of the writer made the first of a session. */
  readonly marks: number[] = [];

  constructor() {
    this.#slabs.push(this.#last);
  }

  get length(): number {
    return this.#length;
  }

  add(step: number, wallTime: number, value: number, byteStart: number, byteEnd: number): void {
    let at = (this.#length % slabRows) * stagedWidth;
    if (at === 0 && this.#length > 0) this.#last = this.#open(slabRows);
    else if (at === this.#last.length) this.#double();
    const rows = this.#last;
    rows[at++] = step;
    rows[at++] = wallTime;
    rows[at++] = value;
    rows[at++] = byteStart;
    rows[at] = byteEnd;
    this.#length += 1;
  }

  /** The rows, in their order, as slabs of many: the last one may have room that is not used. */
  get slabs(): readonly Float64Array[] {
    return this.#slabs;
  }

  #open(rows: number): Float64Array<ArrayBuffer> {
    const slab = new Float64Array(rows * stagedWidth);
    this.#slabs.push(slab);
    return slab;
  }

  #double(): void {
    const full = this.#last;
    this.#slabs.pop();
    this.#last = this.#open(Math.min(slabRows, (2 * full.length) / stagedWidth));
    this.#last.set(full);
  }
}
