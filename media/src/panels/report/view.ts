import type { ReportRequest } from '#protocol/panels/report';
import { formatValue } from '../../charts/curve.ts';
import { LineChart } from '../../charts/lineChart.ts';
import { ZoomGroup } from '../../charts/zoom.ts';
import { button, element, table } from '../../element.ts';
import { stateBadge } from '../../stateBadge.ts';
import { readTheme, type Theme } from '../../theme.ts';
import { reportMarkdown } from './markdown.ts';
import { metricsTable } from './metricsTable.ts';
import {
  chartsOf,
  curvesNote,
  hasManyVariants,
  labelOf,
  progressOf,
  type Report,
  type ReportState,
} from './state.ts';

/** The ablation report on the page; made anew for each message, since one comes only when a run ends. */
export class ReportView {
  readonly #root: HTMLElement;
  readonly #post: (request: ReportRequest) => void;
  #charts: readonly LineChart[] = [];

  constructor(root: HTMLElement, post: (request: ReportRequest) => void) {
    this.#root = root;
    this.#post = post;
    root.replaceChildren(
      element('div', { class: 'empty' }, element('p', { text: 'Waiting for the report…' })),
    );
  }

  render(report: ReportState): void {
    if (!report) return;
    for (const chart of this.#charts) chart.dispose();
    const charts = element('div', { class: 'charts grid' });
    this.#root.replaceChildren(
      this.#header(report),
      report.question === undefined
        ? ''
        : element('p', { class: 'question', text: report.question }),
      verdict(report),
      section('Metrics', report.rows.length > 0, metricsTable(report)),
      section('Learning curves', report.curves.length > 0, curveSection(report, charts)),
      section('Changes to the config', hasDiffs(report), diffs(report)),
      section('Runs', true, runs(report)),
    );
    this.#charts = drawCharts(charts, report, readTheme());
  }

  #header(report: Report): HTMLElement {
    const { done, total } = progressOf(report);
    const live = done < total && (report.state === 'running' || report.state === 'queued');
    const actions = element(
      'div',
      { class: 'actions' },
      button('Export as Markdown', 'secondary', () =>
        this.#post({ type: 'export', markdown: reportMarkdown(report) }),
      ),
      live ? button('Cancel', 'secondary', () => this.#post({ type: 'cancel' })) : undefined,
    );
    return element(
      'header',
      {},
      element('h1', { text: report.title, attributes: { title: report.title } }),
      stateBadge(report.state),
      element('span', {
        class: 'aside',
        text: `${done} of ${total} runs ended · ${report.config}`,
      }),
      actions,
    );
  }
}

function verdict({ verdict: lines, state }: Report): HTMLElement {
  const waiting = state === 'running' || state === 'queued';
  const texts =
    lines.length > 0
      ? lines
      : [waiting ? 'No verdict yet: the runs are still going.' : 'There is no verdict.'];
  return element(
    'section',
    { class: 'verdict', attributes: { 'aria-label': 'Verdict', role: 'status' } },
    ...texts.map((text) => element('p', { text })),
  );
}

function section(title: string, isShown: boolean, content: HTMLElement): HTMLElement | string {
  return isShown ? element('section', {}, element('h2', { text: title }), content) : '';
}

function drawCharts(parent: HTMLElement, report: Report, theme: Theme): readonly LineChart[] {
  const group = new ZoomGroup('report');
  group.setSteps(report.curves.map(({ steps }) => steps));
  return chartsOf(report).map(({ metric, curves }) => {
    const chart = new LineChart(
      { title: metric, height: 160, format: formatValue, scales: 'choice' },
      group,
      { hidden: [] },
      () => {},
    );
    parent.append(chart.root);
    chart.update(curves, theme);
    return chart;
  });
}

function hasDiffs({ variants }: Report): boolean {
  return variants.some(({ diff }) => diff.trim() !== '');
}

function curveSection(report: Report, charts: HTMLElement): HTMLElement {
  const note = curvesNote(report);
  return element(
    'div',
    {},
    note === '' ? undefined : element('p', { class: 'aside', text: note }),
    charts,
  );
}

/** Of many variants each is opened by itself. */
function diffs(report: Report): HTMLElement {
  const shown = report.variants.filter(({ diff }) => diff.trim() !== '');
  const parts = shown.flatMap(({ label, diff }) =>
    hasManyVariants(report)
      ? [element('details', {}, element('summary', { text: label }), diffLines(diff))]
      : [element('h3', { text: label }), diffLines(diff)],
  );
  return element('div', {}, ...parts);
}

function diffLines(diff: string): HTMLElement {
  const lines = diff
    .trimEnd()
    .split('\n')
    .map((line) => element('span', { class: `line ${kindOfLine(line)}`, text: `${line}\n` }));
  return element('pre', { attributes: { tabindex: '0' } }, ...lines);
}

function kindOfLine(line: string): string {
  if (line.startsWith('+') && !line.startsWith('+++')) return 'added';
  if (line.startsWith('-') && !line.startsWith('---')) return 'removed';
  return 'kept';
}

function runs(report: Report): HTMLElement {
  const rows = report.runs.map(({ variant, seed, runId, state, reason }) => [
    labelOf(report, variant),
    String(seed),
    state,
    reason ?? '',
    runId,
  ]);
  const heads = ['Variant', 'Seed', 'State', 'Reason', 'Run'];
  return element(
    'div',
    { class: 'scroller runs', attributes: { tabindex: '0', 'aria-label': 'Runs' } },
    table('Runs of the experiment', heads, rows),
  );
}
