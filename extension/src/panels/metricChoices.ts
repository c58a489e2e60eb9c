import type { Report } from './reportPage.ts';

/** A metric as the picker offers it. */
export interface MetricChoice {
  readonly label: string;
  readonly description: string;
  readonly picked: boolean;
}

/** More rows than this are no comparison. */
export const mostMetrics = 64;

/** All metrics of the runs: those that are compared first, picked and with the reason, then the others. */
export function metricChoices({
  rows,
  available,
}: Pick<Report, 'rows' | 'available'>): readonly MetricChoice[] {
  const compared = rows.map(({ metric, reason, better }) => ({
    label: metric,
    description: `${better === 'unknown' ? '' : `${better} is better, `}${reason}`,
    picked: true,
  }));
  const known = new Set(rows.map(({ metric }) => metric));
  const others = available
    .filter((metric) => !known.has(metric))
    .map((metric) => ({ label: metric, description: '', picked: false }));
  return [...compared, ...others];
}
