import { element } from '../../element.ts';
import { betterText, cellText } from './cellText.ts';
import type { Report, ReportCell, ReportRow } from './state.ts';

/** Metrics by variants: the mean, and under it the difference to the baseline and what it means. */
export function metricsTable(report: Report): HTMLElement {
  const heads = ['Metric', ...report.variants.map(({ label }) => label)];
  const head = heads.map((text) => element('th', { text, attributes: { scope: 'col' } }));
  return element(
    'div',
    { class: 'scroller', attributes: { tabindex: '0', 'aria-label': 'Metrics by variant' } },
    element(
      'table',
      { class: 'metrics' },
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...report.rows.map((row) => metricRow(report, row))),
    ),
  );
}

function metricRow(report: Report, row: ReportRow): HTMLElement {
  const better = betterText(row);
  const name = element(
    'th',
    { attributes: { scope: 'row' } },
    element('span', { class: 'metric', text: row.metric }),
    better === '' ? undefined : element('span', { class: 'aside', text: better }),
  );
  const cells = report.variants.map(({ id }) =>
    metricCell(
      row,
      row.cells.find(({ variant }) => variant === id),
    ),
  );
  return element('tr', {}, name, ...cells);
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
