import { ChunkSummaries, ChunkSummary, chunkPoints } from './chunkSummary.ts';
import type { DroppableBlocks, RunLedger } from './memoryBudget.ts';
import {
  blockPoints,
  columnsOf,
  fields,
  type PackedBlock,
  type PointField,
  packBlock,
  stepField,
  valueField,
} from './packedBlock.ts';
import { readPacked, unpack } from './packedColumn.ts';
import { stagedWidth } from './stagedPoints.ts';
import { ValueRange } from './valueRange.ts';

/** Room for so many points to begin with. */
const firstCapacity = 4;
/** So many of the latest points stay in memory whatever happens: as many as a rule looks at. */
const keptPoints = 50;
/** What the objects of a row of points take up beside their numbers, measured. */
const objectBytes = 640;

/**
 * A growing row of points: step, wall time, value. Full blocks are packed and may be dropped from
 * memory; then a summary of each chunk is left, until the points are given back. The last, partial
 * block lies in rows, so that a point costs the same whatever the number of those before it.
 */
export class PointBlocks implements DroppableBlocks {
  /** Of all points ever. */
  readonly range = new ValueRange();
  readonly #ledger: RunLedger;
  readonly #blocks: (PackedBlock | undefined)[] = [];
  #summaries: ChunkSummaries | undefined;
  /** Of what is gone of the last chunk, before it is whole. */
  #partial: ChunkSummary | undefined;
  /** The last, partial block: its steps, its wall times, its values, each with room for more. */
  #tail = noNumbers;
  #capacity = 0;
  /** Index of the first point in the tail. */
  #tailFrom = 0;
  #length = 0;
  #detailFrom = 0;
  #blockBytes = 0;
  #charged = 0;
  #isReleased = false;
  #firstStep = Number.NaN;
  #lastStep = Number.NaN;

  constructor(ledger: RunLedger) {
    this.#ledger = ledger;
  }

  get length(): number {
    return this.#length;
  }

  /** From this index on all points are in memory; earlier ones may be. */
  get detailFrom(): number {
    return this.#detailFrom;
  }

  get firstStep(): number {
    return this.#firstStep;
  }

  get lastStep(): number {
    return this.#lastStep;
  }

  /** Undefined for a point that is no longer in memory. */
  at(index: number, field: PointField): number | undefined {
    if (index >= this.#tailFrom) return this.#tail[field * this.#capacity + index - this.#tailFrom];
    const block = this.#blocks[Math.floor(index / blockPoints)];
    const place = index % blockPoints;
    if (!block || place < block.from) return undefined;
    return readPacked(block.columns[field], place - block.from);
  }

  /**
   * Reads one number of each point from an index on until `into` is full; they have to be in memory
   * and of one chunk.
   */
  read(index: number, field: PointField, into: Float64Array): void {
    if (index >= this.#tailFrom) {
      const start = field * this.#capacity + index - this.#tailFrom;
      into.set(this.#tail.subarray(start, start + into.length));
      return;
    }
    const block = this.#blocks[Math.floor(index / blockPoints)];
    if (block) unpack(block.columns[field], (index % blockPoints) - block.from, into);
  }

  /** Makes room for points that are about to be added; `settle` has to follow before anything else. */
  reserve(count: number): void {
    const held = this.#length - this.#tailFrom;
    const room = blockPoints - (this.#length % blockPoints);
    if (count < room) this.#growTo(held + count);
    else this.#moveTail(0, blockPoints, this.#ledger.budget.openBlock);
  }

  /** Adds the staged rows between two places, no more than the last chunk has room for. */
  add(rows: Float64Array, from: number, end: number): void {
    const held = this.#length - this.#tailFrom;
    const count = (end - from) / stagedWidth;
    this.#growTo(held + count);
    copyStaged(rows, from, end, this.#tail, held, this.#capacity);
    if (this.#length === 0) this.#firstStep = rows[from] ?? Number.NaN;
    this.#lastStep = rows[end - stagedWidth] ?? Number.NaN;
    this.range.take(
      this.#column(stepField, held, count),
      this.#column(valueField, held, count),
      this.#length,
    );
    this.#length += count;
    if (this.#length % chunkPoints === 0) this.#closeChunk();
  }

  /** Gives back what room is not needed and counts the bytes, after points were added. */
  settle(): void {
    const held = this.#length - this.#tailFrom;
    const isLent = this.#tail === this.#ledger.budget.openBlock;
    const isWide = this.#capacity > 2 * held + 2 * firstCapacity;
    if (isLent || isWide) this.#moveTail(0, isWide ? held : this.#capacity);
    this.#charge();
  }

  /** Number of chunks, the last one perhaps not whole. */
  get chunkCount(): number {
    return Math.ceil(this.#length / chunkPoints);
  }

  /**
   * Tells what is known of a chunk: of all its points, or of the first `count` of them. False where
   * its points have to be looked at: they are in memory then.
   */
  readSummary(chunk: number, into: ChunkSummary): boolean {
    if (this.#summaries && chunk < this.#summaries.length) {
      this.#summaries.read(chunk, into);
      return true;
    }
    if (this.#partial) into.copyFrom(this.#partial);
    return this.#partial !== undefined;
  }

  /** Index of the first point of a chunk that is in memory, or that of its end. */
  keptFrom(chunk: number): number {
    const start = chunk * chunkPoints;
    const end = Math.min(this.#length, start + chunkPoints);
    const block = Math.floor(start / blockPoints);
    const isInTail = block >= this.#blocks.length;
    const from = isInTail
      ? this.#tailFrom
      : block * blockPoints + (this.#blocks[block]?.from ?? blockPoints);
    return Math.min(Math.max(from, start), end);
  }

  /** End of the block that holds a point, or of what is gone of the last one. */
  blockEnd(index: number): number {
    const block = Math.floor(index / blockPoints);
    return block < this.#blocks.length ? (block + 1) * blockPoints : this.#tailFrom;
  }

  holdsBlock(block: number): boolean {
    return this.#blocks[block] !== undefined;
  }

  dropBlock(block: number): void {
    const found = this.#blocks[block];
    if (!found || this.#isReleased) return;
    this.#blocks[block] = undefined;
    this.#blockBytes -= found.bytes;
    this.#detailFrom = Math.max(this.#detailFrom, (block + 1) * blockPoints);
    this.#charge();
  }

  /** Drops what is not in blocks but for the latest points, and all room to grow. */
  trimTail(): void {
    const from = Math.max(this.#tailFrom, this.#length - keptPoints);
    const chunkStart = this.#length - (this.#length % chunkPoints);
    const first = Math.max(this.#tailFrom, chunkStart);
    if (from > first) this.#partial = this.#summarize(this.#partial, first, from);
    if (from > this.#tailFrom) this.#detailFrom = from;
    if (this.#length - from < this.#capacity) {
      this.#moveTail(from - this.#tailFrom, this.#length - from);
    }
    this.#tailFrom = from;
    this.#charge();
  }

  /**
   * Takes back the points from `first` on, where a block begins: `rows` holds all of a block or all
   * that is gone of the last one. False where they are not those that were dropped.
   */
  restore(first: number, rows: Float64Array): boolean {
    const count = rows.length / fields;
    if (this.#isReleased || !this.#areTheDropped(first, rows)) return false;
    const block = first / blockPoints;
    if (block < this.#blocks.length) this.#restoreBlock(block, rows);
    else if (first + count === this.#tailFrom) this.#restoreTail(first, rows);
    return true;
  }

  /** The points are wanted no more, and are gone. */
  release(): void {
    this.#isReleased = true;
    this.#blocks.fill(undefined);
    this.#tail = noNumbers;
    this.#capacity = 0;
    this.#ledger.charge(-this.#charged);
    this.#charged = 0;
  }

  #column(field: PointField, from: number, count: number): Float64Array {
    const start = field * this.#capacity + from;
    return this.#tail.subarray(start, start + count);
  }

  #growTo(points: number): void {
    if (points <= this.#capacity) return;
    const grown = Math.max(points, firstCapacity, Math.ceil(this.#capacity * 1.5));
    this.#moveTail(0, Math.min(blockPoints, grown));
  }

  /** Gives the tail another size, without so many of its first points. */
  #moveTail(from: number, capacity: number, tail = new Float64Array(fields * capacity)): void {
    for (let field = 0; field < fields; field += 1) {
      const start = field * this.#capacity + from;
      const end = Math.min((field + 1) * this.#capacity, start + capacity);
      tail.set(this.#tail.subarray(start, end), field * capacity);
    }
    this.#tail = tail;
    this.#capacity = capacity;
  }

  #closeChunk(): void {
    const first = Math.max(this.#tailFrom, this.#length - chunkPoints);
    this.#summaries ??= new ChunkSummaries();
    this.#summaries.push(this.#summarize(this.#partial, first, this.#length));
    this.#partial = undefined;
    if (this.#length % blockPoints === 0) this.#closeBlock();
  }

  /** Adds points of the rows to what is known of those before them. */
  #summarize(before: ChunkSummary | undefined, from: number, end: number): ChunkSummary {
    const summary = before ?? new ChunkSummary();
    const [start, count] = [from - this.#tailFrom, end - from];
    summary.add(this.#column(stepField, start, count), this.#column(valueField, start, count));
    return summary;
  }

  #closeBlock(): void {
    const block = packBlock(this.#tail, this.#capacity, this.#length - this.#tailFrom);
    this.#blocks.push(block);
    this.#blockBytes += block.bytes;
    this.#tailFrom = this.#length;
    this.#ledger.addBlock(this, this.#blocks.length - 1);
  }

  #areTheDropped(first: number, rows: Float64Array): boolean {
    const known = new ChunkSummary();
    const chunkNumbers = chunkPoints * fields;
    for (let at = 0; at < rows.length; at += chunkNumbers) {
      const index = first + at / fields;
      const isKnown = this.readSummary(index / chunkPoints, known);
      const given = columnsOf(rows.subarray(at, at + chunkNumbers));
      if (!isKnown || !this.#complete(index, given, known.count).equals(known)) return false;
    }
    return true;
  }

  /** Summarizes points that were given back; where only the beginning of a chunk is gone, with its rest. */
  #complete(index: number, given: Float64Array, count: number): ChunkSummary {
    const summary = new ChunkSummary();
    const held = given.length / fields;
    summary.add(given.subarray(0, held), given.subarray(valueField * held));
    const [steps, values] = [new Float64Array(count - held), new Float64Array(count - held)];
    this.read(index + held, stepField, steps);
    this.read(index + held, valueField, values);
    summary.add(steps, values);
    return summary;
  }

  #restoreBlock(index: number, rows: Float64Array): void {
    const before = this.#blocks[index];
    if (before?.from === 0) return;
    const block = packBlock(columnsOf(rows), blockPoints, blockPoints);
    this.#blocks[index] = block;
    this.#blockBytes += block.bytes - (before?.bytes ?? 0);
    this.#charge();
    this.#ledger.budget.restored(this, index, block.bytes);
  }

  #restoreTail(first: number, rows: Float64Array): void {
    const count = rows.length / fields;
    const held = this.#length - this.#tailFrom;
    const whole = new Float64Array(fields * (count + held));
    const given = columnsOf(rows);
    for (let field = 0; field < fields; field += 1) {
      const start = field * this.#capacity;
      whole.set(given.subarray(field * count, (field + 1) * count), field * (count + held));
      whole.set(this.#tail.subarray(start, start + held), field * (count + held) + count);
    }
    this.#tail = whole;
    this.#capacity = count + held;
    this.#tailFrom = first;
    this.#partial = undefined;
    this.#charge();
  }

  #charge(): void {
    const numbers = this.#tail.byteLength + this.#blockBytes + (this.#summaries?.bytes ?? 0);
    const bytes = objectBytes + numbers;
    if (!this.#isReleased) this.#ledger.charge(bytes - this.#charged);
    this.#charged = this.#isReleased ? 0 : bytes;
  }
}

const noNumbers = new Float64Array(0);

/** Copies staged rows into columns with a room of `capacity` each, from a place in them on. */
function copyStaged(
  rows: Float64Array,
  from: number,
  end: number,
  columns: Float64Array,
  place: number,
  capacity: number,
): void {
  for (let row = from, at = place; row < end; row += stagedWidth, at += 1) {
    columns[at] = rows[row] ?? Number.NaN;
    columns[at + capacity] = rows[row + 1] ?? Number.NaN;
    columns[at + 2 * capacity] = rows[row + 2] ?? Number.NaN;
  }
}
