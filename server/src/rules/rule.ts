import type { Finding } from '../model/finding.ts';

/** The values of one metric, oldest first; both arrays have the same length. */
export interface SeriesView {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
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
