import { formatNumber, formatSigned, formatSpread } from '../../ablation/reporting/wording.ts';
import type { AblationReport, ReportRow } from '../../model/ablation.ts';

type Cell = ReportRow['cells'][number];

/** The report for a terminal: the verdict, then a block for each metric with a line a variant. */
export function writeReport({ title, question, verdict, rows, variants }: AblationReport): string {
  const width = Math.max(...variants.map(({ label }) => label.length));
  const blocks = rows.map(({ metric, better, cells }) => {
    const way = better === 'unknown' ? '' : ` (${better} is better)`;
    const lines = variants.map(({ id, label }) => {
      const cell = cells.find(({ variant }) => variant === id);
      return `  ${label.padEnd(width)}  ${cell ? cellText(cell) : '–'}`;
    });
    return [`${metric}${way}`, ...lines].join('\n');
  });
  const head = [title, ...(question === undefined ? [] : [question])].join('\n');
  return `${[head, verdict.join('\n'), ...blocks].join('\n\n')}\n`;
}

function cellText({ mean, difference, interval, adjusted }: Cell): string {
  const value = formatNumber(mean, 4);
  if (difference === undefined) return value;
  if (!interval) return `${value}  (${formatSigned(difference)})`;
  const change = formatSpread(difference, (interval[1] - interval[0]) / 2);
  return `${value}  (${change}, p ${formatNumber(adjusted ?? 1, 2)})`;
}
