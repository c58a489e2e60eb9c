import { fail, type Result, succeed } from '../base/result.ts';
import type { HalvingPlan } from '../model/ablation.ts';
import type { HalvingRequest } from '../model/ablationRequest.ts';
import { isFinalState, type RunState } from '../model/run.ts';
import type { ArmSeries } from './reporting/arms.ts';
import { directionOf, isTotal } from './reporting/metricKind.ts';
import { baselineId } from './variantIds.ts';

/** One in so many goes on at each look (Li et al. JMLR 2018, η = 3 or 4). */
const defaultReduction = 3;

export interface HalvingInput {
  readonly asked: HalvingRequest;
  /** Metrics that decide, most important first, where the user has named some. */
  readonly metrics: readonly string[];
  /** Without the baseline. */
  readonly variants: number;
  /** Of each run; undefined where that is not known. */
  readonly steps: number | undefined;
}

/**
 * At which steps variants are looked at, by successive halving (Jamieson and Talwalkar, AISTATS
 * 2016): of n variants of T steps, n/η go on from step T/ηᵏ, n/η² from T/ηᵏ⁻¹, and so on, with the
 * greatest k that leaves one. Runs are stopped, not trained anew for longer, so that a schedule over
 * the run stays what it is.
 */
export function planHalving(input: HalvingInput): Result<HalvingPlan> {
  const { asked, variants, steps } = input;
  const metric = asked.metric ?? input.metrics[0];
  if (metric === undefined) {
    return fail(
      'To stop variants early, say which metric decides: halving.metric of the request, or ablation.metrics in counterweight.yaml.',
    );
  }
  if (isTotal(metric)) {
    return fail(
      `${metric} sums the losses with other weights in each variant, so it cannot say which to stop; name a metric with a scale of its own.`,
    );
  }
  const better = asked.better ?? directionOf(metric);
  if (better === 'unknown') {
    return fail(`Whether more or less of ${metric} is better is not known; say halving.better.`);
  }
  if (steps === undefined) {
    return fail('To stop variants early, say how long a run is: steps, or ablation.steps.');
  }
  const reduction = asked.reduction ?? defaultReduction;
  return succeed({ metric, better, rungs: rungsOf(variants, steps, reduction) });
}

function rungsOf(variants: number, steps: number, reduction: number): HalvingPlan['rungs'] {
  // The logarithm to a base in floating point may fall just short of a whole number.
  const count = Math.floor(Math.log(variants) / Math.log(reduction) + 1e-9);
  const rungs = Array.from({ length: count }, (_, at) => ({
    step: Math.round(steps / reduction ** (count - at)),
    keep: Math.max(1, Math.ceil(variants / reduction ** (at + 1))),
  }));
  return rungs.filter(({ step }) => step >= 1 && step < steps);
}

/** What is known of a run at the looks that it has come to. */
export interface HalvingReport {
  readonly runId: string;
  readonly variant: string;
  readonly seed: number;
  readonly state: RunState;
  /** The metric at each look, in the order of the plan; undefined where it has not come so far. */
  readonly values: readonly (number | undefined)[];
}

/** A run to stop, and why, in words. */
export interface HopelessRun {
  readonly runId: string;
  readonly variant: string;
  readonly why: string;
}

/** The metric of a run at each look: the last value that it logged up to that step. */
export function valuesAtLooks(
  { rungs }: HalvingPlan,
  series: Pick<ArmSeries, 'steps' | 'values' | 'roughValue'> | undefined,
  state: RunState,
): readonly (number | undefined)[] {
  if (!series) return rungs.map(() => undefined);
  const { steps, values } = series;
  const reached = state === 'finished' ? Number.POSITIVE_INFINITY : lastOf(series);
  return rungs.map(({ step }) => {
    if (reached < step) return undefined;
    let at = values.length - 1;
    while (at >= 0 && (steps.at(at) ?? 0) > step) at -= 1;
    return at < 0 ? undefined : (values.at(at) ?? series.roughValue?.(at));
  });
}

function lastOf({ steps, values }: Pick<ArmSeries, 'steps' | 'values'>): number {
  return steps.at(values.length - 1) ?? 0;
}

/**
 * Which runs to stop by what all have logged so far. A variant is given up where at one of the looks
 * as many others as may go on were better at the same step with the first seed, or where its metric
 * was no finite number with any; it is then not run with further seeds either. Where several seeds
 * run side by side each might give up what another would keep, until nothing is left: so one decides.
 * More that is known can only give up more, never fewer. The baseline is never stopped.
 */
export function findHopeless(
  plan: HalvingPlan,
  reports: readonly HalvingReport[],
): readonly HopelessRun[] {
  const candidates = reports.filter(({ variant }) => variant !== baselineId);
  const [first] = reports;
  const ahead = plan.rungs.map((_, look) =>
    countBetter(
      plan,
      candidates.filter(({ seed }) => seed === first?.seed),
      look,
    ),
  );
  const givenUp = new Map<string, string>();
  for (const report of candidates) {
    const why = whyHopeless(plan, report, report.seed === first?.seed ? ahead : []);
    if (why !== undefined && !givenUp.has(report.variant)) givenUp.set(report.variant, why);
  }
  return candidates.flatMap(({ runId, variant, state }) => {
    const why = givenUp.get(variant);
    return why === undefined || isFinalState(state) ? [] : [{ runId, variant, why }];
  });
}

/** How many had a better value at a look than each value there; what is no finite number has none. */
function countBetter(
  { better }: HalvingPlan,
  rivals: readonly HalvingReport[],
  look: number,
): ReadonlyMap<number, number> {
  const values = rivals
    .flatMap((rival) => rival.values[look] ?? [])
    .filter(Number.isFinite)
    .sort((a, b) => (better === 'lower' ? a - b : b - a));
  const counts = new Map<number, number>();
  // Equals are not better: the place of the first of them counts.
  for (const [place, value] of values.entries()) {
    if (!counts.has(value)) counts.set(value, place);
  }
  return counts;
}

function whyHopeless(
  { metric, rungs }: HalvingPlan,
  report: HalvingReport,
  better: readonly ReadonlyMap<number, number>[],
): string | undefined {
  for (const [look, { step, keep }] of rungs.entries()) {
    const own = report.values[look];
    if (own === undefined) return undefined;
    const at = `at step ${step} with seed ${report.seed}`;
    if (!Number.isFinite(own)) return `${metric} was ${own} ${at}`;
    const ahead = better[look]?.get(own) ?? 0;
    if (ahead < keep) continue;
    const others = ahead === 1 ? 'another variant was' : `${ahead} other variants were`;
    return `${metric} was ${Number(own.toPrecision(3))} ${at}, and ${others} better there`;
  }
  return undefined;
}
