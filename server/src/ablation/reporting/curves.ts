import type { InTurns } from '../../base/turns.ts';
import type { AblationReport } from '../../model/ablation.ts';
import type { NumberColumn } from '../../model/numberColumn.ts';
import { querySeries } from '../../store/seriesQuery.ts';
import type { ArmResult, ArmSeries } from './arms.ts';

type Curve = AblationReport['curves'][number];

/** Points of one curve: more than a report's chart has pixels for. */
const pointLimit = 400;

/** The curves of the given metrics, one for every run that has points. A turn is one curve. */
export function* drawCurves(
  results: readonly ArmResult[],
  metrics: readonly string[],
): InTurns<readonly Curve[]> {
  const curves: Curve[] = [];
  for (const metric of metrics) {
    for (const { variant, seed, series } of results) {
      const points = series.get(metric);
      if (!points || points.values.length === 0) continue;
      curves.push({ metric, variant, seed, ...reduceCurve(points, pointLimit) });
      yield;
    }
  }
  return curves;
}

/**
 * At most `limit` points of a curve, so that no spike is lost: of each stretch the lowest and the
 * highest, in their order. What is not a number stays as the gap that it is.
 */
export function reduceCurve(
  series: ArmSeries,
  limit: number,
): { steps: number[]; values: number[] } {
  // Of what is out of memory the store still knows the extremes.
  const isWhole = (series.detailFrom ?? 0) === 0;
  const { steps, values } = isWhole ? series : querySeries(series, { pixels: limit });
  // A log without steps is drawn over the order of its points.
  const stepAt = (at: number): number => {
    const step = steps.at(at) ?? Number.NaN;
    return Number.isNaN(step) ? at : step;
  };
  const reduceTo = (kept: readonly number[]) => ({
    steps: kept.map(stepAt),
    values: kept.map((at) => values.at(at) ?? Number.NaN),
  });
  if (values.length <= limit) {
    return reduceTo(Array.from({ length: values.length }, (_, at) => at));
  }
  const stretches = Math.floor(limit / 2);
  const kept: number[] = [];
  for (let at = 0; at < stretches; at += 1) {
    const start = Math.floor((at * values.length) / stretches);
    const end = Math.floor(((at + 1) * values.length) / stretches);
    kept.push(...extremes(values, start, end));
  }
  return reduceTo(kept);
}

/** Indices of the lowest and the highest value; one that is not a number takes the place of the lowest. */
function extremes(values: NumberColumn, start: number, end: number): readonly number[] {
  const indices = Array.from({ length: end - start }, (_, at) => start + at);
  const valueAt = (at: number): number => values.at(at) ?? Number.NaN;
  const numbers = indices.filter((at) => !Number.isNaN(valueAt(at)));
  const broken = indices.find((at) => Number.isNaN(valueAt(at)));
  const pick = (isBetter: (a: number, b: number) => boolean): number =>
    numbers.reduce(
      (best, at) => (isBetter(valueAt(at), valueAt(best)) ? at : best),
      numbers[0] ?? start,
    );
  const low = broken ?? pick((a, b) => a < b);
  const high = pick((a, b) => a > b);
  return low === high ? [low] : [Math.min(low, high), Math.max(low, high)];
}
