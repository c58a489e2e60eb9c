import { element } from '../../element.ts';
import { betterText, cellText } from './cellText.ts';
import { hasManyVariants, type Report, type ReportCell, type ReportRow } from './state.ts';

/**
 * Metrics by variants: the mean, and under it the difference to the baseline and what it means. Few
 * variants are columns; many are lines, best first by the metric that counts most.
 */
export function metricsTable(report: Report): HTMLElement {
  return hasManyVariants(report) ? tableByVariant(report) : tableByMetric(report);
}

function tableByMetric(report: Report): HTMLElement {
  const heads = ['Metric', ...report.variants.map(({ label }) => label)];
  const head = heads.map((text) => element('th', { text, attributes: { scope: 'col' } }));
  return scrollingTable(
    'metrics',
    head,
    report.rows.map((row) => metricRow(report, row)),
  );
}

function tableByVariant({ variants, rows }: Report): HTMLElement {
  const head = rows.map((row) => headOf(row, 'col'));
  const lines = variants.map(({ id, label }) =>
    element(
      'tr',
      {},
      element('th', { text: label, attributes: { scope: 'row' } }),
      ...rows.map((row) => metricCell(row, cellOf(row, id))),
    ),
  );
  const corner = element('th', { text: 'Variant', attributes: { scope: 'col' } });
  return scrollingTable('metrics variants', [corner, ...head], lines);
}

function scrollingTable(
  name: string,
  head: readonly HTMLElement[],
  lines: readonly HTMLElement[],
): HTMLElement {
  return element(
    'div',
    { class: 'scroller', attributes: { tabindex: '0', 'aria-label': 'Metrics by variant' } },
    element(
      'table',
      { class: name },
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...lines),
    ),
  );
}

function metricRow(report: Report, row: ReportRow): HTMLElement {
  const cells = report.variants.map(({ id }) => metricCell(row, cellOf(row, id)));
  return element('tr', {}, headOf(row, 'row'), ...cells);
}

function headOf(row: ReportRow, scope: 'col' | 'row'): HTMLElement {
  const better = betterText(row);
  return element(
    'th',
    { attributes: { scope } },
    element('span', { class: 'metric', text: row.metric }),
    better === '' ? undefined : element('span', { class: 'aside', text: better }),
  );
}

function cellOf({ cells }: ReportRow, id: string): ReportCell | undefined {
  return cells.find(({ variant }) => variant === id);
}

function metricCell(row: ReportRow, cell: ReportCell | undefined): HTMLElement {
  if (!cell) return element('td', { text: '–' });
  const { mean, difference, judgement, word } = cellText(row, cell);
  const change = element(
    'span',
    { class: 'aside' },
    element('span', { text: difference }),
    word === '' ? undefined : element('span', { class: `word ${judgement}`, text: word }),
  );
  return element(
    'td',
    {},
    element('span', { class: 'mean', text: mean }),
    difference === '' ? undefined : change,
  );
}
