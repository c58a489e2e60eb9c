import { metricName } from '../model/metricName.ts';
import type { Chart } from '../protocol/panels/trends.ts';
import { queryCurve } from '../store/curveQuery.ts';
import type { SeriesQuery } from '../store/seriesQuery.ts';
import type { BoundRunEvidence } from './runEvidence.ts';

/** One curve that a panel can show. */
interface CurvePlan {
  readonly metric: string;
  readonly label: string;
  readonly color: number;
}

interface ChartPlan {
  readonly name: Chart['name'];
  readonly title: string;
  readonly curves: readonly CurvePlan[];
}

export interface DrawnCharts {
  readonly charts: Chart[];
  /** Metrics that would look otherwise with what of them is no longer in memory. */
  readonly dropped: readonly string[];
}

/** The charts for which a run has data. */
export function planCharts(evidence: BoundRunEvidence): readonly ChartPlan[] {
  const names = evidence.terms.map(({ name }) => name);
  const each = (metricOf: (term: string) => string): readonly CurvePlan[] =>
    names.map((name, color) => ({ metric: metricOf(name), label: name, color }));
  const total = { metric: metricName.totalLoss, label: 'total', color: names.length };
  const plans: readonly ChartPlan[] = [
    { name: 'loss', title: 'Losses', curves: [...each(metricName.loss), total] },
    {
      name: 'grad_share',
      title: `Share of the gradient on ${evidence.group}`,
      curves: each(metricName.gradientShare),
    },
    { name: 'cos', title: 'Cosine of the gradients', curves: cosineCurves(names) },
    {
      name: 'value_share',
      title: 'Share of the total loss (weighted)',
      curves: each(metricName.valueShare),
    },
  ];
  return plans
    .map((plan) => ({
      ...plan,
      curves: plan.curves.filter(({ metric }) => evidence.series(metric) !== undefined),
    }))
    .filter(({ curves }) => curves.length > 0);
}

/** The points of all charts, as far as they are in memory. */
export function drawCharts(
  evidence: BoundRunEvidence,
  { from, to, pixels }: SeriesQuery,
): DrawnCharts {
  const query = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    pixels,
  };
  const droppedMetrics: string[] = [];
  const charts = planCharts(evidence).map(({ name, title, curves }) => ({
    name,
    title,
    curves: curves.flatMap((plan) => {
      const series = evidence.series(plan.metric);
      if (!series) return [];
      const { dropped, ...curve } = queryCurve(series, query);
      if (dropped) droppedMetrics.push(plan.metric);
      const missing = missingPoints(evidence, plan.metric, from);
      return [
        {
          ...plan,
          ...curve,
          reduced: curve.reduced || missing > 0,
          count: curve.count + missing,
        },
      ];
    }),
  }));
  return { charts, dropped: droppedMetrics };
}

/** So many points of a derived metric could not be derived, where some of them lie in the range. */
function missingPoints(
  evidence: BoundRunEvidence,
  metric: string,
  from = Number.NEGATIVE_INFINITY,
): number {
  const gap = evidence.gap(metric);
  return gap && from < gap.until ? gap.count : 0;
}

function cosineCurves(names: readonly string[]): readonly CurvePlan[] {
  return names.flatMap((first, index) =>
    names.slice(index + 1).map((second, offset) => ({
      metric: metricName.cosine(first, second),
      label: `${first} ~ ${second}`,
      color: index + offset,
    })),
  );
}
