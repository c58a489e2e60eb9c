import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import type { TextLine } from './textLine.ts';

/**
 * After so many marks that led to nothing a line is of no family: each may cost a look at the whole
 * rest of the line.
 */
const maximumAttempts = 32;

interface Mark {
  readonly family: LineFamily;
  readonly text: string;
  /** Where in the text the byte stands that it is looked up by. */
  readonly pivot: number;
}

/** For each byte the marks that are looked up by it. */
type MarksByByte = readonly (readonly Mark[] | undefined)[];

/**
 * Finds the family of a line in one pass over its bytes: the marks of all families are looked up
 * by one byte of theirs that is rare in text.
 */
export class MarkIndex {
  /** By the first byte of a line. */
  readonly #starts: MarksByByte;
  /** By any byte of a line; `#hasPivot` says quickly of most bytes that there are none. */
  readonly #pivots: MarksByByte;
  readonly #hasPivot: Uint8Array;
  /** Marks of the line whose families are asked last, and where they stand. */
  readonly #lastMarks: Mark[] = [];
  readonly #lastPlaces: number[] = [];
  #lastCount = 0;
  #attempts = 0;

  constructor(families: readonly LineFamily[]) {
    this.#starts = indexMarks(families, 'start', () => 0);
    this.#pivots = indexMarks(families, 'anywhere', rarestIn);
    this.#hasPivot = Uint8Array.from(this.#pivots, (marks) => (marks ? 1 : 0));
  }

  /** Whether the line is of a family; then its points are in `points`. */
  read(line: TextLine, points: LinePoints): boolean {
    this.#attempts = 0;
    this.#lastCount = 0;
    return this.#readFirst(line, points) || this.#readLast(line, points);
  }

  #readFirst(line: TextLine, points: LinePoints): boolean {
    const starts = this.#starts[line.at(line.from)];
    if (starts && this.#readMarks(starts, line, line.from, points)) return true;
    const { bytes, to } = line;
    const hasPivot = this.#hasPivot;
    for (let at = line.from; at < to; at += 1) {
      const byte = bytes[at] ?? 0;
      if (hasPivot[byte] === 0) continue;
      const isRead = this.#readMarks(this.#pivots[byte] ?? [], line, at, points);
      if (isRead || this.#attempts >= maximumAttempts) return isRead;
    }
    return false;
  }

  #readMarks(marks: readonly Mark[], line: TextLine, at: number, points: LinePoints): boolean {
    for (const mark of marks) {
      const { family, text, pivot } = mark;
      const markAt = at - pivot;
      if (markAt < line.from || !line.has(text, markAt)) continue;
      if (family.isLastResort) {
        this.#putOff(mark, markAt);
        continue;
      }
      this.#attempts += 1;
      points.clear();
      if (family.read(line, markAt, points)) return true;
    }
    return false;
  }

  #putOff(mark: Mark, markAt: number): void {
    if (this.#lastCount >= maximumAttempts) return;
    this.#lastMarks[this.#lastCount] = mark;
    this.#lastPlaces[this.#lastCount] = markAt;
    this.#lastCount += 1;
  }

  #readLast(line: TextLine, points: LinePoints): boolean {
    for (let index = 0; index < this.#lastCount; index += 1) {
      points.clear();
      const family = this.#lastMarks[index]?.family;
      if (family?.read(line, this.#lastPlaces[index] ?? 0, points)) return true;
    }
    return false;
  }
}

function indexMarks(
  families: readonly LineFamily[],
  place: LineFamily['place'],
  pivotOf: (text: string) => number,
): MarksByByte {
  const marks = families
    .filter((family) => family.place === place)
    .flatMap((family) => family.marks.map((text) => ({ family, text, pivot: pivotOf(text) })));
  const byByte = Map.groupBy(marks, ({ text, pivot }) => text.charCodeAt(pivot));
  return Array.from({ length: 256 }, (_, byte) => byByte.get(byte));
}

/** The index of the first character that is rarer in logs than letters and blanks, or than others. */
function rarestIn(text: string): number {
  const rare = Math.max(text.search(/[^A-Za-z0-9 :]/), text.indexOf(':'));
  return rare >= 0 ? rare : Math.max(text.search(/[A-Zp]/), text.indexOf('r'), 0);
}
