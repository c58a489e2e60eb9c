import type { StagedPoints } from './stagedPoints.ts';
import { SeriesData } from './storedSeries.ts';

/** A part of a file that was left out, and why. */
export interface SkippedPart {
  readonly file: string;
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly reason: string;
}

/** How many parts were left out, and the first 20 of them by file and place. */
export interface SkippedParts {
  readonly count: number;
  readonly examples: readonly SkippedPart[];
}

/** As many examples of skipped parts are kept of a file, and shown of a run. */
export const maximumSkippedExamples = 20;

interface FileSkips {
  count: number;
  readonly examples: SkippedPart[];
}

/** What the store holds of one run. */
export class RunData {
  readonly #series = new Map<string, SeriesData>();
  readonly #skips = new Map<string, FileSkips>();

  metrics(): readonly string[] {
    return [...this.#series.keys()].sort();
  }

  series(name: string): SeriesData | undefined {
    return this.#series.get(name);
  }

  pointCount(): number {
    let sum = 0;
    for (const { length } of this.#series.values()) sum += length;
    return sum;
  }

  skipped(): SkippedParts {
    const files = [...this.#skips].sort(([first], [second]) => (first < second ? -1 : 1));
    const count = files.reduce((sum, [, skips]) => sum + skips.count, 0);
    const examples = files.flatMap(([, skips]) => skips.examples);
    return { count, examples: examples.slice(0, maximumSkippedExamples) };
  }

  /** Adds points of a file to a metric; returns the index of the first new one. */
  append(name: string, file: string, points: StagedPoints): number {
    const found = this.#series.get(name);
    const series = found ?? new SeriesData();
    if (!found) this.#series.set(name, series);
    return series.append(file, points);
  }

  addSkipped(file: string, count: number, examples: readonly SkippedPart[]): void {
    if (count === 0) return;
    const skips = this.#skips.get(file) ?? { count: 0, examples: [] };
    skips.count += count;
    skips.examples.push(...examples.slice(0, maximumSkippedExamples - skips.examples.length));
    this.#skips.set(file, skips);
  }

  removeFile(file: string): void {
    this.#skips.delete(file);
    for (const [name, series] of this.#series) {
      series.remove(file);
      if (series.length === 0) this.#series.delete(name);
    }
  }
}
