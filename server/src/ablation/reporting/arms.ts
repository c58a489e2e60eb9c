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

/** The seeds of an experiment in the order of its plan. */
export function seedsOf(record: AblationRecord): readonly number[] {
  return [...new Set(record.runs.map(({ seed }) => seed))];
}

/**
 * The run of a variant with a seed, if it has finished. The last tenth of a run that was cut short
 * is another stretch of training than its partner's, so only finished runs give numbers.
 */
export function finishedArm(
  results: readonly ArmResult[],
  variant: string,
  seed: number,
): ArmResult | undefined {
  return results.find(
    (result) => result.variant === variant && result.seed === seed && result.state === 'finished',
  );
}

/** Every seed for which both the baseline and the variant have finished. */
export function finishedPairs(
  record: AblationRecord,
  results: readonly ArmResult[],
  variant: string,
): readonly ArmPair[] {
  return seedsOf(record).flatMap((seed) => {
    const baseline = finishedArm(results, baselineId, seed);
    const arm = finishedArm(results, variant, seed);
    return baseline && arm ? [{ seed, baseline, variant: arm }] : [];
  });
}
