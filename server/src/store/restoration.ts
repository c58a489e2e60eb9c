import { ChunkSummary, chunkPoints } from './chunkSummary.ts';
import type { PositionRange } from './chunkVisit.ts';
import type { FileSegment } from './fileSegment.ts';
import { blockPoints } from './packedBlock.ts';
import type { PointBlocks } from './pointBlocks.ts';

/** Points of a series whose detail was dropped, and where in the file they stand. */
export interface DroppedRange {
  readonly file: string;
  readonly format: string;
  /** Of the first of them among the points that the file gives to the metric. */
  readonly first: number;
  readonly count: number;
  /** The bytes of the file that hold them; a reader with a memory has to begin before. */
  readonly byteStart: number;
  readonly byteEnd: number;
}

/** What of a file was dropped in a range of positions: whole blocks, from the first to the last. */
export function findDropped(
  segment: FileSegment,
  format: string,
  start: number,
  range: PositionRange,
): DroppedRange | undefined {
  const { file, points } = segment;
  const chunks = droppedChunks(points, start, range);
  const [first, last = first] = [chunks[0], chunks.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const from = Math.floor((first * chunkPoints) / blockPoints) * blockPoints;
  const end = points.blockEnd(last * chunkPoints);
  const { byteStart } = segment.chunkOf(from);
  const { byteEnd } = segment.chunkOf(end - 1);
  return { file, format, first: from, count: end - from, byteStart, byteEnd };
}

function droppedChunks(
  points: PointBlocks,
  start: number,
  { from, to }: PositionRange,
): readonly number[] {
  const chunks: number[] = [];
  const summary = new ChunkSummary();
  for (let chunk = 0; chunk * chunkPoints < points.detailFrom; chunk += 1) {
    const first = chunk * chunkPoints;
    if (points.keptFrom(chunk) === first || !points.readSummary(chunk, summary)) continue;
    const isBefore = summary.highestPosition(start + first) < from;
    if (!isBefore && summary.lowestPosition(start + first) <= to) chunks.push(chunk);
  }
  return chunks;
}

/**
 * Gives dropped points back to their series. It takes what a new reader finds in the file, from its
 * first byte on, by the methods of the readers' `PointSink`, and picks the points that are missing.
 */
export class PointRestorer {
  readonly #points: PointBlocks;
  readonly #name: string;
  readonly #first: number;
  readonly #end: number;
  /** Points of the metric so far. */
  #seen = 0;
  #rows = new Float64Array(0);
  #state: 'reading' | 'done' | 'changed' = 'reading';

  constructor(points: PointBlocks, name: string, { first, count }: DroppedRange) {
    this.#points = points;
    this.#name = name;
    this.#first = first;
    this.#end = first + count;
  }

  /** `changed` where the file no longer gives the points that were dropped: nothing more is taken. */
  get state(): 'reading' | 'done' | 'changed' {
    return this.#state;
  }

  point(name: string, step: number, wallTime: number, value: number): void {
    if (name !== this.#name || this.#state !== 'reading') return;
    const index = this.#seen;
    this.#seen += 1;
    if (index < this.#first) return;
    const place = (index - this.#first) % blockPoints;
    const blockStart = index - place;
    if (place === 0) this.#rows = new Float64Array(3 * Math.min(blockPoints, this.#end - index));
    this.#rows.set([step, wallTime, value], 3 * place);
    if (3 * (place + 1) < this.#rows.length) return;
    const isSame = this.#points.restore(blockStart, this.#rows);
    if (!isSame) this.#state = 'changed';
    else if (index + 1 === this.#end) this.#state = 'done';
  }

  unit(): void {}

  skipped(): void {}

  inRound(): void {}

  sessionStart(): void {}
}
