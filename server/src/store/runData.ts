import { FileSegment } from './fileSegment.ts';
import { compareFormats } from './formatRank.ts';
import { type MemoryBudget, RunLedger, type TrimmableRun } from './memoryBudget.ts';
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

/** Which file points come from. */
export interface PointSource {
  readonly file: string;
  readonly format: string;
}

/** What new points of a metric do to the series that answers for it. */
export interface SeriesChange {
  /** Index of its first new point; undefined where it has none. */
  readonly first: number | undefined;
  /** Whether its earlier points went away or moved. */
  readonly isReset: boolean;
}

/** What the store holds of one run. */
export class RunData implements TrimmableRun {
  readonly #ledger: RunLedger;
  /** The series of each metric, one for each format; the first one answers. */
  readonly #series = new Map<string, SeriesData[]>();
  readonly #skips = new Map<string, FileSkips>();
  #names: readonly string[] | undefined;
  #lastStep: number | undefined;
  #isLastStepKnown = false;
  #pointCount = 0;
  #isTrimmed = false;
  touchedAt = 0;

  constructor(budget: MemoryBudget) {
    this.#ledger = new RunLedger(budget);
  }

  get pointCount(): number {
    return this.#pointCount;
  }

  metrics(): readonly string[] {
    this.#names ??= [...this.#series.keys()].sort();
    return this.#names;
  }

  /** The series of a metric in a format, or in the best one. */
  series(name: string, format?: string): SeriesData | undefined {
    const found = this.#series.get(name);
    return format === undefined ? found?.[0] : found?.find((series) => series.format === format);
  }

  /** The formats in which a metric was logged, the one that answers first. */
  formats(name: string): readonly string[] {
    return (this.#series.get(name) ?? []).map(({ format }) => format);
  }

  lastStep(): number | undefined {
    if (!this.#isLastStepKnown) this.#lastStep = this.#findLastStep();
    this.#isLastStepKnown = true;
    return this.#lastStep;
  }

  skipped(): SkippedParts {
    const files = [...this.#skips].sort(([first], [second]) => (first < second ? -1 : 1));
    const count = files.reduce((sum, [, skips]) => sum + skips.count, 0);
    const examples = files.flatMap(([, skips]) => skips.examples);
    return { count, examples: examples.slice(0, maximumSkippedExamples) };
  }

  append(name: string, { file, format }: PointSource, points: StagedPoints): SeriesChange {
    const { series, isReset } = this.#open(name, format);
    const first = series.append(file, points);
    this.#changed(points.length);
    return this.series(name) === series ? { first, isReset } : unchanged;
  }

  /** Packs points that `replace` will take; where it does not, they have to be released. */
  pack(file: string, points: StagedPoints): FileSegment {
    const segment = new FileSegment(file, this.#ledger);
    segment.append(points);
    return segment;
  }

  /** Puts these points in the place of all that their file gave to the metric before. */
  replace(name: string, format: string, points: FileSegment): SeriesChange {
    const { series, isReset } = this.#open(name, format);
    const before = series.length;
    const { first, isMoved } = series.replace(points);
    this.#changed(series.length - before);
    return this.series(name) === series ? { first, isReset: isReset || isMoved } : unchanged;
  }

  addSkipped(file: string, count: number, examples: readonly SkippedPart[]): void {
    if (count === 0) return;
    const skips = this.#skips.get(file) ?? { count: 0, examples: [] };
    skips.count += count;
    skips.examples.push(...examples.slice(0, maximumSkippedExamples - skips.examples.length));
    this.#skips.set(file, skips);
  }

  /** Drops what a file gave, except to the metrics to keep; whether an answer lost points. */
  removeFile(file: string, kept?: { has(name: string): boolean }): boolean {
    this.#skips.delete(file);
    let isReset = false;
    for (const [name, formats] of this.#series) {
      if (kept?.has(name)) continue;
      const answer = formats[0];
      const removed = formats.filter((series) => this.#removeFrom(series, file));
      isReset ||= answer !== undefined && removed.includes(answer);
      const left = formats.filter(({ length }) => length > 0);
      if (left.length === 0) this.#forget(name);
      else if (left.length < formats.length) this.#series.set(name, left);
    }
    return isReset;
  }

  /** The run is wanted no more. */
  release(): void {
    for (const formats of this.#series.values()) {
      for (const series of formats) series.release();
    }
  }

  dropOldestBlock(): boolean {
    return this.#ledger.dropOldestBlock();
  }

  trimTails(isEnough: () => boolean): void {
    if (this.#isTrimmed) return;
    for (const formats of this.#series.values()) {
      for (const { points } of formats.flatMap(({ files }) => files)) points.trimTail();
      if (isEnough()) return;
    }
    this.#isTrimmed = true;
  }

  #open(name: string, format: string): { readonly series: SeriesData; readonly isReset: boolean } {
    const found = this.#series.get(name);
    const known = found?.find((series) => series.format === format);
    if (known) return { series: known, isReset: false };
    const series = new SeriesData(format, this.#ledger);
    if (!found) {
      this.#names = undefined;
      this.#series.set(name, [series]);
      return { series, isReset: false };
    }
    found.push(series);
    found.sort((first, second) => compareFormats(first.format, second.format));
    return { series, isReset: found[0] === series };
  }

  #removeFrom(series: SeriesData, file: string): boolean {
    const before = series.length;
    if (!series.remove(file)) return false;
    this.#changed(series.length - before);
    return true;
  }

  #forget(name: string): void {
    this.#names = undefined;
    this.#series.delete(name);
  }

  #changed(points: number): void {
    this.#pointCount += points;
    this.#isLastStepKnown = false;
    this.#isTrimmed = false;
  }

  #findLastStep(): number | undefined {
    let last: number | undefined;
    for (const [series] of this.#series.values()) {
      const step = series?.steps.at(-1);
      if (step !== undefined && Number.isFinite(step) && !(step <= (last ?? Number.NaN)))
        last = step;
    }
    return last;
  }
}

const unchanged: SeriesChange = { first: undefined, isReset: false };
