import type { ReportMessage } from '#protocol/panels/report';
import type { ChartCurve } from '../../charts/curve.ts';

export type Report = Extract<ReportMessage, { type: 'report' }>['report'];
export type ReportRow = Report['rows'][number];
export type ReportCell = ReportRow['cells'][number];

/** What a cell says of one way to make a number of a run. */
export type ReportMeasure = Omit<ReportCell, 'variant' | 'curve'>;

/** The mean over the last tenth of the steps, or over all of them. */
export type MeasureName = 'end' | 'curve';

/** What the panel shows; undefined until the report has come. */
export type ReportState = Report | undefined;

/** The next state. Pure. */
export function reduceReport(state: ReportState, message: ReportMessage): ReportState {
  return message.type === 'report' ? message.report : state;
}

/** What a cell says by one measure; undefined where the runs share no steps. */
export function measureOf(cell: ReportCell, name: MeasureName): ReportMeasure | undefined {
  return name === 'end' ? cell : cell.curve;
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

/** What is to be known of the intervals in the table, in a sentence or two. */
export function intervalsNote({ rows, seeds }: Report, measure: MeasureName): string {
  const measures = rows.flatMap(({ cells }) =>
    cells.flatMap((cell) => measureOf(cell, measure) ?? []),
  );
  const where =
    measure === 'end'
      ? 'Means over the last tenth of the steps.'
      : 'Means over all steps that the runs share.';
  if (!measures.some(({ interval }) => interval !== undefined)) {
    return seeds.length > 1 ? where : `${where} One seed has no interval.`;
  }
  const brackets = 'In brackets the 95 % interval of the paired difference to the baseline, by t';
  return measures.some(({ bootstrap }) => bootstrap !== undefined)
    ? `${where} ${brackets}, and below it by the beta bootstrap t.`
    : `${where} ${brackets}; a bootstrap takes three seeds: two say no more than how far they are apart.`;
}

/** Variants whose runs are those of the baseline, in words. */
export function calloutsOf({ variants }: Report): readonly string[] {
  return variants.flatMap(({ label, likeness }) => {
    if (likeness === 'identical') {
      return [
        `${label}: every number is that of the baseline, to the last bit. What it changes reaches nothing that is trained or measured.`,
      ];
    }
    if (likeness === 'total only') {
      return [
        `${label}: only the total differs from the baseline. The loss is added to it, but does not reach the parameters.`,
      ];
    }
    return [];
  });
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
