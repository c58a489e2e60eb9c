import type { StagedPoints } from './stagedPoints.ts';

/** Points of a file that share one range of bytes as their provenance. */
const chunkPoints = 256;

/** What one file gives to one series: how many points, and where in the file they come from. */
export class FileSegment {
  readonly file: string;
  /** Byte start and byte end of each chunk in turn. */
  readonly #chunks: number[] = [];
  readonly #marks: number[] = [];
  #length = 0;

  constructor(file: string) {
    this.file = file;
  }

  get length(): number {
    return this.#length;
  }

  /** Indices, within the segment, of points that a mark of the writer made the first of a session. */
  get marks(): readonly number[] {
    return this.#marks;
  }

  get bytes(): number {
    return 8 * (this.#chunks.length + this.#marks.length);
  }

  append(points: StagedPoints): void {
    for (const mark of points.marks) this.#marks.push(this.#length + mark);
    for (let index = 0; index < points.length; index += 1) {
      const byteEnd = points.byteEnd(index);
      if (this.#length % chunkPoints === 0) this.#chunks.push(points.byteStart(index), byteEnd);
      else this.#chunks[this.#chunks.length - 1] = byteEnd;
      this.#length += 1;
    }
  }

  /** The bytes of the chunk that holds the point at this index within the segment. */
  chunkOf(index: number): { readonly byteStart: number; readonly byteEnd: number } {
    const at = 2 * Math.floor(index / chunkPoints);
    return {
      byteStart: this.#chunks[at] ?? Number.NaN,
      byteEnd: this.#chunks[at + 1] ?? Number.NaN,
    };
  }
}
