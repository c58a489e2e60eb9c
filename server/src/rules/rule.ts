import type { Finding } from '../model/finding.ts';
import type { NumberColumn } from '../model/numberColumn.ts';

/**
 * The values of one metric, oldest first; both columns have the same length. Of a long run the oldest
 * points may be out of memory: their columns say undefined then. What rules ask of a whole run, a
 * series of the store remembers, so that a look at it costs the same however long the run is.
 */
export interface SeriesView {
  readonly steps: NumberColumn;
  readonly values: NumberColumn;
  /** From this index on all points are in memory; from 0 where left out. */
  readonly detailFrom?: number;
  /** The value of a point, or about what it was where it is out of memory. */
  roughValue?(index: number): number | undefined;
  /** The first point whose value is NaN or infinite. */
  firstNonFinite?(): { readonly step: number; readonly value: number } | undefined;
  /** The lowest and the highest value of all, NaN passed over; NaN of none. */
  valueRange?(): { readonly lowest: number; readonly highest: number };
}

/** A term as the run saw it. */
export interface TermEvidence {
  readonly name: string;
  /** The weight in the config snapshot of the run. */
  readonly weight: number;
}

/** All that a rule may look at: the metrics of one run, by canonical name. */
export interface RunEvidence {
  readonly terms: readonly TermEvidence[];
  /** Number of gradient probes so far; 0 for logs without gradients. */
  readonly probes: number;
  readonly group: string;
  series(metric: string): SeriesView | undefined;
}

export interface RuleOptions {
  /** Number of the latest probes that a rule looks at. */
  readonly window: number;
}

/** Evidence that the generic test gives to the rule, with what it must say. */
export interface RuleExample {
  readonly title: string;
  readonly terms: readonly TermEvidence[];
  readonly metrics: Readonly<Record<string, readonly number[]>>;
  /** Terms that the rule must speak of, in order; empty for a healthy run. */
  readonly fires: readonly string[];
}

/**
 * A diagnostic rule: data plus a pure function. Hysteresis: `wasFiring` tells whether the rule
 * spoke of a term at the last look, and a rule that did goes quiet only at a milder threshold.
 */
export interface Rule {
  /** Number in science.md §2.4. */
  readonly id: string;
  readonly name: string;
  /** For the manual: what it means, one sentence. */
  readonly description: string;
  readonly options: RuleOptions;
  readonly examples: readonly RuleExample[];
  evaluate(
    evidence: RunEvidence,
    options: RuleOptions,
    wasFiring: (term: string) => boolean,
  ): readonly Finding[];
}
