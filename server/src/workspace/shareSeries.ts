import type { SeriesView } from '../rules/rule.ts';
import { DerivedSeries } from '../store/derivedSeries.ts';

/** One term's part of a share: the series and the factor on its values. */
export interface SharePart {
  readonly term: string;
  readonly factor: number;
}

/** Shares that could not be derived, because their sources went out of memory before. */
export interface ShareGap {
  /** The first step that has a share again. */
  readonly until: number;
  /** So many shares are missing at most. */
  readonly count: number;
}

/**
 * |factor · value| of each term over the sum of all, at the steps that all terms have. Grows with
 * its sources: an update costs what is new, not what was there (house.md, invariant 7).
 */
export class ShareSeries {
  readonly #parts: readonly SharePart[];
  readonly #cursors: number[];
  readonly #shares: ReadonlyMap<string, DerivedSeries>;
  #gap: ShareGap | undefined;

  constructor(parts: readonly SharePart[]) {
    this.#parts = parts;
    this.#cursors = parts.map(() => 0);
    this.#shares = new Map(parts.map(({ term }) => [term, new DerivedSeries()]));
  }

  /** Takes in what the sources have got since the last call. */
  update(sourceOf: (term: string) => SeriesView | undefined): void {
    const sources = this.#parts.map(({ term }) => sourceOf(term));
    if (sources.length === 0) return;
    this.#passOverDropped(sources);
    for (;;) {
      const steps = sources.map((source, part) => source?.steps.at(this.#cursors[part] ?? 0));
      if (steps.some((step) => step === undefined)) return;
      this.#advance(sources, steps);
    }
  }

  series(term: string): DerivedSeries | undefined {
    const series = this.#shares.get(term);
    return series && series.length > 0 ? series : undefined;
  }

  get gap(): ShareGap | undefined {
    return this.#gap;
  }

  /** What went out of memory before it was looked at has no share. */
  #passOverDropped(sources: readonly (SeriesView | undefined)[]): void {
    for (const [part, source] of sources.entries()) {
      const cursor = this.#cursors[part] ?? 0;
      if (source && cursor < source.steps.length && source.steps.at(cursor) === undefined) {
        const next = source.detailFrom ?? cursor;
        this.#cursors[part] = next;
        this.#widenGap(source.steps.at(next) ?? Number.POSITIVE_INFINITY, next - cursor);
      }
    }
  }

  #widenGap(until: number, count: number): void {
    const before = this.#gap ?? { until, count };
    this.#gap = { until: Math.max(before.until, until), count: Math.max(before.count, count) };
  }

  /** Emits one aligned step, or lets the sources that lag behind catch up. */
  #advance(
    sources: readonly (SeriesView | undefined)[],
    steps: readonly (number | undefined)[],
  ): void {
    const known = steps.map((step) => step ?? Number.NaN);
    const target = Math.max(...known);
    const aligned = known.every((step) => step === target || Number.isNaN(step));
    if (aligned) this.#emit(sources, target);
    // A source without steps beside one with steps can never be aligned: pass over both.
    const all = aligned || Number.isNaN(target);
    for (const [part, step] of known.entries()) {
      if (all || step < target) this.#cursors[part] = (this.#cursors[part] ?? 0) + 1;
    }
  }

  #emit(sources: readonly (SeriesView | undefined)[], step: number): void {
    const sizes = this.#parts.map(({ factor }, part) =>
      Math.abs(factor * (sources[part]?.values.at(this.#cursors[part] ?? 0) ?? Number.NaN)),
    );
    const sum = sizes.reduce((total, size) => total + size, 0);
    for (const [part, { term }] of this.#parts.entries()) {
      const series = this.#shares.get(term);
      series?.add(step, sum > 0 ? (sizes[part] ?? Number.NaN) / sum : Number.NaN);
    }
  }
}
