import { figureElement } from '../../charts/drawFigure.ts';
import { button, element } from '../../element.ts';
import type { Theme } from '../../themeColors.ts';
import { describeIntervals, intervalFigure, intervalLines } from './intervalFigure.ts';
import { metricsTable } from './metricsTable.ts';
import { intervalsNote, type MeasureName, type Report } from './state.ts';

/** What the user may do with the metrics. */
export interface MetricsActions {
  readonly pickMetrics: () => void;
  readonly measure: (name: MeasureName) => void;
}

const measures: readonly (readonly [MeasureName, string])[] = [
  ['end', 'Last tenth'],
  ['curve', 'Whole curve'],
];

/** Who has chosen the metrics. */
const choosers: Readonly<Record<Report['chosenBy'], string>> = {
  user: 'Picked in this report.',
  project: 'Named in ablation.metrics of counterweight.yaml.',
  rules: 'Chosen by their names.',
};

/** The comparison of the metrics: as a table, and as dots with whiskers. */
export function metricsSection(
  report: Report,
  measure: MeasureName,
  theme: Theme,
  actions: MetricsActions,
): HTMLElement {
  const toggles = measures.map(([name, text]) => {
    const toggle = button(text, 'toggle', () => actions.measure(name));
    toggle.setAttribute('aria-pressed', String(name === measure));
    return toggle;
  });
  return element(
    'section',
    {},
    element(
      'div',
      { class: 'section-head' },
      element('h2', { text: 'Metrics' }),
      element(
        'div',
        { class: 'toggles', attributes: { role: 'group', 'aria-label': 'What is compared' } },
        ...toggles,
      ),
      button('Metrics…', 'secondary', actions.pickMetrics),
    ),
    metricsTable(report, measure),
    element('p', { class: 'aside', text: intervalsNote(report, measure) }),
    reasons(report),
    plots(report, measure, theme),
  );
}

function reasons({ rows, chosenBy }: Report): HTMLElement {
  return element(
    'details',
    { class: 'reasons' },
    element('summary', { text: `Why these metrics? ${choosers[chosenBy]}` }),
    element(
      'ul',
      {},
      ...rows.map(({ metric, reason, better }) => {
        const way =
          better === 'unknown' ? 'which way is better is not known' : `${better} is better`;
        return element('li', { text: `${metric}: ${reason}; ${way}.` });
      }),
    ),
  );
}

function plots(report: Report, measure: MeasureName, theme: Theme): HTMLElement | undefined {
  const made = report.rows.flatMap((row) => {
    const lines = intervalLines(report, row, measure);
    if (lines.length === 0) return [];
    const figure = intervalFigure(row, lines, theme);
    return [
      element(
        'figure',
        {},
        element('figcaption', { text: row.metric }),
        figureElement(figure, describeIntervals(row, lines)),
      ),
    ];
  });
  if (made.length === 0) return undefined;
  return element(
    'div',
    { class: 'plots' },
    element('h3', { text: 'Difference to the baseline' }),
    element('p', {
      class: 'aside',
      text: 'Thick: 95 % by paired t. Thin: 95 % by the bootstrap. Dashed: the baseline.',
    }),
    element('div', { class: 'charts grid' }, ...made),
  );
}
