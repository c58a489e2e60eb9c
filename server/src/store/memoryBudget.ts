import { blockPoints, fields } from './packedBlock.ts';

/** Points whose whole blocks can be dropped from memory. */
export interface DroppableBlocks {
  /** Frees the points of a block, unless they are gone already. */
  dropBlock(block: number): void;
  holdsBlock(block: number): boolean;
}

interface Block {
  readonly points: DroppableBlocks;
  readonly block: number;
  readonly bytes: number;
}

/** What a run has in memory, and what of it can go. */
export interface TrimmableRun {
  /** Grows with every change of the run and every look at one of its series. */
  readonly touchedAt: number;
  /** Drops its oldest block; false where none is left. */
  dropOldestBlock(): boolean;
  /** Leaves of each series the latest points only; stops as soon as `isEnough`. */
  trimTails(isEnough: () => boolean): void;
}

/** Of the budget, a sixteenth is made free at once, so that not every commit has to drop something. */
const slack = 1 / 16;
/** The share of the budget that points read again may take. */
const restoredShare = 1 / 8;

/** A list of blocks is cleared of those that are gone no sooner. */
const fewestToClear = 1000;

/** How many bytes of points are in memory, and which of them go when they are too many. */
export class MemoryBudget {
  /** Bytes. */
  readonly limit: number;
  #openBlock: Float64Array<ArrayBuffer> | undefined;
  #used = 0;
  /** Where all that can be dropped was, it is tried again only when so much is in use. */
  #nextTrimAt = 0;
  #restored: Block[] = [];
  #restoredBytes = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /**
   * Room for a block of points that is about to be full, lent for the time of one append: a new one
   * for each series would be made zero, filled, packed and collected at every look at a log.
   */
  get openBlock(): Float64Array<ArrayBuffer> {
    this.#openBlock ??= new Float64Array(fields * blockPoints);
    return this.#openBlock;
  }

  charge(bytes: number): void {
    this.#used += bytes;
  }

  /** Drops the oldest detail of the runs that were left alone for longest, if there is too much. */
  trim(runs: Iterable<TrimmableRun>): void {
    if (this.#used <= Math.max(this.limit, this.#nextTrimAt)) return;
    const target = this.limit * (1 - slack);
    const isEnough = (): boolean => this.#used <= target;
    for (const run of [...runs].sort((a, b) => a.touchedAt - b.touchedAt)) {
      while (!isEnough() && run.dropOldestBlock());
      if (isEnough()) break;
      run.trimTails(isEnough);
    }
    this.#nextTrimAt = isEnough() ? 0 : this.#used + this.limit * slack;
  }

  /** Whether so many points can be read again without one driving out the other. */
  canRestore(bytes: number): boolean {
    return bytes <= this.limit * restoredShare;
  }

  /** Takes note of a block that was read again; drops those that were read again before it. */
  restored(points: DroppableBlocks, block: number, bytes: number): void {
    this.#restored.push({ points, block, bytes });
    this.#restoredBytes += bytes;
    while (!this.canRestore(this.#restoredBytes)) {
      const oldest = this.#restored.shift();
      if (!oldest) break;
      this.#restoredBytes -= oldest.bytes;
      oldest.points.dropBlock(oldest.block);
    }
  }
}

/** The part of one run in the budget, with its blocks in the order in which they became full. */
export class RunLedger {
  readonly budget: MemoryBudget;
  #blocks: Omit<Block, 'bytes'>[] = [];
  #dropped = 0;
  /** Blocks of files that were rewritten are cleared away when there are so many. */
  #clearAt = fewestToClear;

  constructor(budget: MemoryBudget) {
    this.budget = budget;
  }

  charge(bytes: number): void {
    this.budget.charge(bytes);
  }

  addBlock(points: DroppableBlocks, block: number): void {
    this.#blocks.push({ points, block });
    if (this.#blocks.length < this.#clearAt) return;
    this.#blocks = this.#blocks.filter((one) => one.points.holdsBlock(one.block));
    this.#dropped = 0;
    this.#clearAt = Math.max(fewestToClear, 2 * this.#blocks.length);
  }

  dropOldestBlock(): boolean {
    const oldest = this.#blocks[this.#dropped];
    if (!oldest) return false;
    oldest.points.dropBlock(oldest.block);
    this.#dropped += 1;
    return true;
  }
}
