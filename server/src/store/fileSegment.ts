import { chunkPoints } from './chunkSummary.ts';
import type { RunLedger } from './memoryBudget.ts';
import { stepField, valueField, wallTimeField } from './packedBlock.ts';
import { PointBlocks } from './pointBlocks.ts';
import { type StagedPoints, stagedWidth } from './stagedPoints.ts';

/** What the objects of a segment and its series take up beside their numbers, measured. */
const objectBytes = 640;

/** What one file gives to one series: its points, and where in the file they come from. */
export class FileSegment {
  readonly file: string;
  readonly points: PointBlocks;
  readonly #ledger: RunLedger;
  /** Byte start and byte end of each chunk in turn. */
  readonly #chunks: number[] = [];
  /** Indices within the segment where a session begins; the first is 0. */
  readonly #sessions: number[] = [];
  /** The step of the first point of each session; NaN where it has none. */
  readonly #sessionSteps: number[] = [];
  #isMarked = false;
  #charged = 0;

  constructor(file: string, ledger: RunLedger) {
    this.file = file;
    this.points = new PointBlocks(ledger);
    this.#ledger = ledger;
  }

  get length(): number {
    return this.points.length;
  }

  get sessions(): readonly number[] {
    return this.#sessions;
  }

  get sessionSteps(): readonly number[] {
    return this.#sessionSteps;
  }

  /** Whether a mark of the writer says that its first point begins a session. */
  get isMarked(): boolean {
    return this.#isMarked;
  }

  append(staged: StagedPoints): void {
    const { points } = this;
    const first = this.length;
    const marks = staged.marks.map((index) => first + index);
    points.reserve(staged.length);
    let left = staged.length * stagedWidth;
    for (const rows of staged.slabs) {
      const end = Math.min(left, rows.length);
      this.#openSessions(rows, end, marks);
      this.#appendRows(rows, end);
      left -= end;
    }
    points.settle();
    const bytes = objectBytes + 8 * (this.#chunks.length + 2 * this.#sessions.length);
    this.#ledger.charge(bytes - this.#charged);
    this.#charged = bytes;
  }

  /** Number of points at the beginning in which the other is surely the same. */
  countCommon(other: FileSegment): number {
    const length = Math.min(this.length, other.length);
    const room = [new Float64Array(chunkPoints), new Float64Array(chunkPoints)] as const;
    let count = length;
    for (let start = 0; start < count; start += chunkPoints) {
      const end = Math.min(start + chunkPoints, length);
      const common = start + this.#countSame(other, start, end - start, room);
      if (common < end) count = common;
    }
    const isSame = (session: number, at: number): boolean => session === other.sessions[at];
    const differs = this.isMarked !== other.isMarked || !this.sessions.every(isSame);
    return differs ? 0 : count;
  }

  /** The bytes of the chunk that holds the point at this index within the segment. */
  chunkOf(index: number): { readonly byteStart: number; readonly byteEnd: number } {
    const at = 2 * Math.floor(index / chunkPoints);
    return {
      byteStart: this.#chunks[at] ?? Number.NaN,
      byteEnd: this.#chunks[at + 1] ?? Number.NaN,
    };
  }

  release(): void {
    this.points.release();
    this.#ledger.charge(-this.#charged);
    this.#charged = 0;
  }

  /** Finds the sessions that begin in rows to come; `marks` are indices within the segment. */
  #openSessions(rows: Float64Array, end: number, marks: readonly number[]): void {
    const { length, lastStep } = this.points;
    if (length === 0) this.#isMarked = marks[0] === 0;
    let mark = marks.findIndex((index) => index >= length);
    let marked = marks[mark];
    let before = lastStep;
    for (let at = 0, index = length; at < end; at += stagedWidth, index += 1) {
      const step = rows[at] ?? Number.NaN;
      if (step < before || index === marked || index === 0) {
        this.#sessions.push(index);
        this.#sessionSteps.push(step);
      }
      if (index === marked) marked = marks[++mark];
      before = step;
    }
  }

  #appendRows(rows: Float64Array, end: number): void {
    for (let at = 0; at < end; ) {
      const place = this.length % chunkPoints;
      const next = Math.min(end, at + (chunkPoints - place) * stagedWidth);
      if (place === 0) this.#chunks.push(rows[at + 3] ?? Number.NaN, Number.NaN);
      this.#chunks[this.#chunks.length - 1] = rows[next - 1] ?? Number.NaN;
      this.points.add(rows, at, next);
      at = next;
    }
  }

  /** Number of the first points of a chunk that are in memory, and the same. */
  #countSame(
    other: FileSegment,
    start: number,
    most: number,
    [first, second]: readonly [Float64Array, Float64Array],
  ): number {
    const chunk = start / chunkPoints;
    if (this.points.keptFrom(chunk) > start || other.points.keptFrom(chunk) > start) return 0;
    let count = most;
    for (const field of [stepField, wallTimeField, valueField] as const) {
      const own = first.subarray(0, count);
      const others = second.subarray(0, count);
      this.points.read(start, field, own);
      other.points.read(start, field, others);
      count = countSameNumbers(own, others);
    }
    return count;
  }
}

/** Number of the first numbers that are the same to the last bit, by a loop: they may be millions. */
function countSameNumbers(some: Float64Array, others: Float64Array): number {
  let at = 0;
  while (at < some.length && Object.is(some[at], others[at])) at += 1;
  return at;
}
