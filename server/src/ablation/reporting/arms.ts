import type { AblationRecord } from '../../model/ablation.ts';
import type { LossScale } from '../../model/lossTerm.ts';
import type { RunState } from '../../model/run.ts';
import type { QueriedSeries } from '../../store/seriesQuery.ts';
import type { StoredSeries } from '../../store/storedSeries.ts';
import { baselineId } from '../variantIds.ts';

/**
 * The points of one metric of one run, in the order of the log: plain arrays, or a series of the
 * store, which of a long run may have the latest points only and remembers the rest of it roughly.
 */
export type ArmSeries = QueriedSeries &
  Partial<Pick<StoredSeries, 'detailFrom' | 'firstNonFinite' | 'valueRange' | 'roughValue'>>;

/** What is known of one run of an experiment. */
export interface ArmResult {
  readonly runId: string;
  readonly variant: string;
  readonly seed: number;
  readonly state: RunState;
  readonly reason?: string;
  readonly series: ReadonlyMap<string, ArmSeries>;
}

/** Which metric logs the loss of a term, and whether its weight is in it already. */
export interface TermMetric {
  readonly metric: string;
  readonly scale: LossScale;
}

/** Two finished runs that differ in their variant only. */
export interface ArmPair {
  readonly seed: number;
  readonly baseline: ArmResult;
  readonly variant: ArmResult;
}

/** What is known of the runs of an experiment, found by their variant and seed: there may be thousands. */
export class Arms {
  readonly record: AblationRecord;
  readonly results: readonly ArmResult[];
  /** The seeds in the order of the plan. */
  readonly seeds: readonly number[];
  readonly #finished = new Map<string, Map<number, ArmResult>>();

  constructor(record: AblationRecord, results: readonly ArmResult[]) {
    this.record = record;
    this.results = results;
    this.seeds = [...new Set(record.runs.map(({ seed }) => seed))];
    for (const result of results) {
      if (result.state !== 'finished') continue;
      const { variant, seed } = result;
      const bySeed = this.#finished.get(variant) ?? new Map<number, ArmResult>();
      if (!bySeed.has(seed)) bySeed.set(seed, result);
      this.#finished.set(variant, bySeed);
    }
  }

  /**
   * The run of a variant with a seed, if it has finished. The last tenth of a run that was cut short
   * is another stretch of training than its partner's, so only finished runs give numbers.
   */
  finished(variant: string, seed: number): ArmResult | undefined {
    return this.#finished.get(variant)?.get(seed);
  }

  /** Every seed for which both the baseline and the variant have finished. */
  pairs(variant: string): readonly ArmPair[] {
    return this.seeds.flatMap((seed) => {
      const baseline = this.finished(baselineId, seed);
      const arm = this.finished(variant, seed);
      return baseline && arm ? [{ seed, baseline, variant: arm }] : [];
    });
  }
}
