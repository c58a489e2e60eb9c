import type { InTurns } from '../../../base/turns.ts';
import type { AblationReport, ReportMeasure } from '../../../model/ablation.ts';

const heads = [
  ...['metric', 'better', 'measure', 'variant', 'label', 'seed', 'value', 'mean'],
  ...['difference', 'low', 'high', 'bootstrap_low', 'bootstrap_high', 'p_holm', 'judgement'],
];

/**
 * A report as a table in long form (RFC 4180): a line for each metric, measure (`end`, the last tenth of
 * the steps; `curve`, all of them), variant and seed; what is told of all seeds together stands in each
 * line. What there is no number of is empty. A turn is one cell of the report.
 */
export function* reportCsv({ rows, variants, seeds }: AblationReport): InTurns<string> {
  const labels = new Map(variants.map(({ id, label }) => [id, label]));
  const lines = [lineText(heads)];
  for (const { metric, better, cells } of rows) {
    for (const cell of cells) {
      const label = labelText(labels.get(cell.variant) ?? cell.variant);
      const start = [labelText(metric), better === 'unknown' ? '' : better];
      const place = [cell.variant, label];
      lines.push(...linesOf([...start, 'end', ...place], cell, seeds));
      if (cell.curve) lines.push(...linesOf([...start, 'curve', ...place], cell.curve, seeds));
      yield;
    }
  }
  return lines.join('');
}

/** A line for each seed. */
function linesOf(
  start: readonly string[],
  measure: ReportMeasure,
  seeds: readonly number[],
): readonly string[] {
  const summary = summaryOf(measure);
  return seeds.map((seed, at) => {
    const numbers = [String(seed), numberText(measure.values[at]), numberText(measure.mean)];
    return lineText([...start, ...numbers, ...summary]);
  });
}

function summaryOf(measure: ReportMeasure): readonly string[] {
  const { difference, interval, bootstrap, adjusted, judgement } = measure;
  const numbers = [difference, interval?.[0], interval?.[1], bootstrap?.[0], bootstrap?.[1]];
  return [...[...numbers, adjusted].map(numberText), judgement];
}

/** As pandas and R read it. */
function numberText(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  return Number.isFinite(value) ? String(value) : value > 0 ? 'Inf' : '-Inf';
}

/** A label that a spreadsheet would take for a formula (`=…`, `+…`, `@…`) has an apostrophe before it. */
function labelText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function lineText(fields: readonly string[]): string {
  return `${fields.map(fieldText).join(',')}\n`;
}

function fieldText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
