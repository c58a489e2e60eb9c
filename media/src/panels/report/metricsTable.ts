import { button, element } from '../../element.ts';
import { betterText, cellText } from './cellText.ts';
import {
  hasManyVariants,
  type MeasureName,
  measureOf,
  type Report,
  type ReportCell,
  type ReportRow,
} from './state.ts';

/** So many variants are in the table at first: a page with ten thousands of cells is slow to scroll. */
const firstVariants = 100;

/**
 * Metrics by variants: the mean, and under it the difference to the baseline and what it means. Few
 * variants are columns; many are lines, best first by the metric that counts most.
 */
export function metricsTable(report: Report, measure: MeasureName): HTMLElement {
  return hasManyVariants(report) ? tableByVariant(report, measure) : tableByMetric(report, measure);
}

function tableByMetric(report: Report, measure: MeasureName): HTMLElement {
  const variants = report.variants.map((variant) => variantHead(variant, 'col'));
  const corner = element('th', { text: 'Metric', attributes: { scope: 'col' } });
  const lines = report.rows.map((row) =>
    element(
      'tr',
      {},
      headOf(row, 'row'),
      ...report.variants.map(({ id }) => metricCell(cellOf(row, id), measure)),
    ),
  );
  return scrollingTable('metrics', [corner, ...variants], lines);
}

function tableByVariant({ variants, rows }: Report, measure: MeasureName): HTMLElement {
  const head = rows.map((row) => headOf(row, 'col'));
  const cells = rows.map((row) => new Map(row.cells.map((cell) => [cell.variant, cell])));
  const lineOf = (variant: Report['variants'][number]): HTMLElement =>
    element(
      'tr',
      {},
      variantHead(variant, 'row'),
      ...cells.map((found) => metricCell(found.get(variant.id), measure)),
    );
  const corner = element('th', { text: 'Variant', attributes: { scope: 'col' } });
  const made = scrollingTable(
    'metrics variants',
    [corner, ...head],
    variants.slice(0, firstVariants).map(lineOf),
  );
  const rest = variants.slice(firstVariants);
  if (rest.length === 0) return made;
  const more = button(`Show all ${variants.length} variants`, 'secondary', () => {
    made.querySelector('tbody')?.append(...rest.map(lineOf));
    more.remove();
  });
  return element('div', {}, made, more);
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

function variantHead(
  { label, likeness }: Report['variants'][number],
  scope: 'col' | 'row',
): HTMLElement {
  const mark = likeness === undefined ? undefined : 'not wired?';
  return element(
    'th',
    { attributes: { scope } },
    element('span', { text: label }),
    mark === undefined ? undefined : element('span', { class: 'unwired', text: mark }),
  );
}

function headOf(row: ReportRow, scope: 'col' | 'row'): HTMLElement {
  const better = betterText(row);
  return element(
    'th',
    { attributes: { scope, title: `Compared because ${row.reason}.` } },
    element('span', { class: 'metric', text: row.metric }),
    better === '' ? undefined : element('span', { class: 'aside', text: better }),
  );
}

function cellOf({ cells }: ReportRow, id: string): ReportCell | undefined {
  return cells.find(({ variant }) => variant === id);
}

function metricCell(cell: ReportCell | undefined, name: MeasureName): HTMLElement {
  const measure = cell && measureOf(cell, name);
  if (!measure) return element('td', { text: '–' });
  const { mean, difference, bootstrap, needed, judgement, word } = cellText(measure);
  const change = element(
    'span',
    { class: 'aside' },
    element('span', { text: difference }),
    word === '' ? undefined : element('span', { class: `word ${judgement}`, text: word }),
  );
  const asides = [bootstrap, needed].filter((text) => text !== '');
  const { values } = measure;
  const seeds = `${values.filter(Number.isFinite).length} of ${values.length} seeds`;
  const p = measure.adjusted === undefined ? '' : `, p ${measure.adjusted.toPrecision(2)} (Holm)`;
  return element(
    'td',
    { attributes: { title: values.length === 0 ? 'no finished run' : `${seeds}${p}` } },
    element('span', { class: 'mean', text: mean }),
    difference === '' ? undefined : change,
    ...asides.map((text) => element('span', { class: 'aside', text })),
  );
}
