import type { ReportMessage } from '#protocol/panels/report';
import type { ChartCurve } from '../../charts/curve.ts';

export type Report = ReportMessage['report'];
export type ReportRow = Report['rows'][number];
export type ReportCell = ReportRow['cells'][number];

/** What the panel shows; undefined until the report has come. */
export type ReportState = Report | undefined;

/** The next state. Pure. */
export function reduceReport(_state: ReportState, message: ReportMessage): ReportState {
  return message.report;
}

/** How a variant does on a metric against the baseline. */
export type Judgement = 'baseline' | 'better' | 'worse' | 'same' | 'unclear' | 'unknown';

/** The level at which a p that was corrected for the number of variants decides. */
const significance = 0.05;

/**
 * Better or worse by the sign of the difference, where the metric has a better way; `unclear` where
 * the 95 % interval of the difference holds zero, where the number of variants explains it, or where
 * there is no interval.
 */
export function judge(row: ReportRow, cell: ReportCell): Judgement {
  const { difference, interval, adjusted = 0 } = cell;
  if (difference === undefined) return 'baseline';
  if (Number.isNaN(difference)) return 'unknown';
  if (difference === 0) return 'same';
  // One run an arm has no interval: nothing tells its difference from chance.
  if (!interval || (interval[0] <= 0 && interval[1] >= 0)) return 'unclear';
  if (adjusted > significance) return 'unclear';
  if (row.better === 'unknown') return 'unknown';
  return difference < 0 === (row.better === 'lower') ? 'better' : 'worse';
}

/** How far an experiment is: runs that have ended, of all. */
export function progressOf({ runs }: Report): { readonly done: number; readonly total: number } {
  const live = runs.filter(({ state }) => state === 'queued' || state === 'running');
  return { done: runs.length - live.length, total: runs.length };
}

/** The name of a variant for people. */
export function labelOf({ variants }: Report, id: string): string {
  return variants.find((variant) => variant.id === id)?.label ?? id;
}

/** So many variants, the baseline among them, stand side by side; more stand one below the other. */
const mostColumns = 3;

/** Whether the table has a line a variant instead of a column. */
export function hasManyVariants({ variants }: Report): boolean {
  return variants.length > mostColumns;
}

/** Which curves are drawn, where it is not all of them; empty otherwise. */
export function curvesNote({ variants, curves, rows }: Report): string {
  const drawn = new Set(curves.map(({ variant }) => variant)).size;
  if (drawn >= variants.length || drawn < 2) return '';
  const by = rows[0]?.metric ?? 'their order';
  return `The baseline and the best by ${by}: ${drawn - 1} of ${variants.length - 1} variants.`;
}

/** Learning curves of one metric, a colour a variant. */
export interface ReportChart {
  readonly metric: string;
  readonly curves: readonly ChartCurve[];
}

/** One chart a metric, in the order of the table; runs of the same variant share a colour. */
export function chartsOf(report: Report): readonly ReportChart[] {
  const order = report.rows.map(({ metric }) => metric);
  const metrics = [...new Set(report.curves.map(({ metric }) => metric))].sort(
    (a, b) => place(order, a) - place(order, b),
  );
  const seeds = new Set(report.curves.map(({ seed }) => seed)).size;
  return metrics.map((metric) => ({
    metric,
    curves: report.curves
      .filter((curve) => curve.metric === metric)
      .map(({ variant, seed, steps, values }) => ({
        key: `${variant} ${seed}`,
        label: seeds > 1 ? `${labelOf(report, variant)} · seed ${seed}` : labelOf(report, variant),
        color: Math.max(
          0,
          report.variants.findIndex(({ id }) => id === variant),
        ),
        ...(seeds > 1 ? { faint: true, entry: labelOf(report, variant) } : {}),
        steps,
        values,
      })),
  }));
}

function place(order: readonly string[], metric: string): number {
  const index = order.indexOf(metric);
  return index < 0 ? order.length : index;
}
