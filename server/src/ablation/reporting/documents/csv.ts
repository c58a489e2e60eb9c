import type { AblationReport, ReportMeasure } from '../../../model/ablation.ts';

const heads = [
  ...['metric', 'better', 'measure', 'variant', 'label', 'seed', 'value', 'mean'],
  ...['difference', 'low', 'high', 'bootstrap_low', 'bootstrap_high', 'p_holm', 'judgement'],
];

/**
 * A report as a table in long form (RFC 4180): a line for each metric, measure (`end`, the last tenth of
 * the steps; `curve`, all of them), variant and seed; what is told of all seeds together stands in each
 * line. What there is no number of is empty.
 */
export function reportCsv({ rows, variants, seeds }: AblationReport): string {
  const labels = new Map(variants.map(({ id, label }) => [id, label]));
  const lines = rows.flatMap(({ metric, better, cells }) =>
    cells.flatMap((cell) => {
      const label = labelText(labels.get(cell.variant) ?? cell.variant);
      const measures: readonly (readonly [string, ReportMeasure | undefined])[] = [
        ['end', cell],
        ['curve', cell.curve],
      ];
      return measures.flatMap(([name, measure]) =>
        measure === undefined
          ? []
          : seeds.map((seed, at) => [
              ...[labelText(metric), better === 'unknown' ? '' : better, name, cell.variant, label],
              ...[String(seed), numberText(measure.values[at]), numberText(measure.mean)],
              ...summaryOf(measure),
            ]),
      );
    }),
  );
  return [heads, ...lines].map((line) => `${line.map(fieldText).join(',')}\n`).join('');
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

function fieldText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
