import { median } from '../numerics/median.ts';

/** What a run of a config that has finished took. */
export interface RunFacts {
  /** Undefined where it is not known how many it had. */
  readonly steps: number | undefined;
  readonly seconds: number;
  /** Of its folder; undefined where that was not measured. */
  readonly bytes: number | undefined;
}

/** What is asked for. */
export interface WorkAhead {
  readonly runs: number;
  /** Of all runs together; undefined where that is not known. */
  readonly totalSteps: number | undefined;
  /** How many runs there are at a time; 1 where it is left out. */
  readonly atOnce?: number;
}

export interface ExpectedCost {
  /** One run after the other. */
  readonly seconds?: number;
  readonly bytes?: number;
  /** How many runs it is judged by. */
  readonly basis: number;
}

/** So many runs, the newest, tell: older ones were of an older program or machine. */
const newest = 5;

/**
 * What an experiment will take by what finished runs of its config took, newest first: the median
 * time of a step, start included, times the steps; where steps are not known, the median of a run
 * times the runs. So it is with the disk: what a run writes grows with its steps. Nothing without a
 * run that has finished.
 */
export function expectCost(facts: readonly RunFacts[], ahead: WorkAhead): ExpectedCost {
  const { totalSteps } = ahead;
  const bySteps = facts.filter(({ steps }) => steps !== undefined && steps > 0).slice(0, newest);
  const usesSteps = totalSteps !== undefined && bySteps.length > 0;
  const used = usesSteps ? bySteps : facts.slice(0, newest);
  const amount = usesSteps ? totalSteps : ahead.runs;
  const atOnce = Math.max(1, Math.min(ahead.atOnce ?? 1, ahead.runs));
  const scale = (value: number, { steps }: RunFacts): number =>
    usesSteps ? value / (steps ?? 1) : value;
  const seconds = median(used.map((fact) => scale(fact.seconds, fact)));
  const bytes = median(
    used.flatMap((fact) => (fact.bytes === undefined ? [] : [scale(fact.bytes, fact)])),
  );
  return {
    ...(Number.isFinite(seconds) ? { seconds: (seconds * amount) / atOnce } : {}),
    ...(Number.isFinite(bytes) ? { bytes: bytes * amount } : {}),
    basis: used.length,
  };
}
