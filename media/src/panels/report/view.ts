import type { PictureFormat, ReportRequest } from '#protocol/panels/report';
import { formatValue } from '../../charts/curve.ts';
import { figurePng } from '../../charts/drawFigure.ts';
import { svgText } from '../../charts/figure.ts';
import { LineChart } from '../../charts/lineChart.ts';
import { ZoomGroup } from '../../charts/zoom.ts';
import { button, element, table } from '../../element.ts';
import { stateBadge } from '../../stateBadge.ts';
import { readTheme } from '../../theme.ts';
import type { Theme } from '../../themeColors.ts';
import { diffs, hasDiffs } from './diffs.ts';
import { metricsSection } from './metricsSection.ts';
import { reportFigure } from './picture.ts';
import {
  calloutsOf,
  chartsOf,
  curvesNote,
  labelOf,
  type MeasureName,
  progressOf,
  type Report,
  type ReportState,
} from './state.ts';

/** The ablation report on the page; made anew for each message, since one comes only when a run ends. */
export class ReportView {
  readonly #root: HTMLElement;
  readonly #post: (request: ReportRequest) => void;
  #charts: readonly LineChart[] = [];
  #report: ReportState;
  #measure: MeasureName = 'end';

  constructor(root: HTMLElement, post: (request: ReportRequest) => void) {
    this.#root = root;
    this.#post = post;
    root.replaceChildren(
      element('div', { class: 'empty' }, element('p', { text: 'Waiting for the report…' })),
    );
  }

  render(report: ReportState): void {
    if (!report) return;
    this.#report = report;
    const place = this.#place();
    const theme = readTheme();
    for (const chart of this.#charts) chart.dispose();
    const charts = element('div', { class: 'charts grid' });
    this.#root.replaceChildren(
      this.#header(report),
      callouts(report),
      report.question === undefined
        ? ''
        : element('p', { class: 'question', text: report.question }),
      verdict(report),
      report.rows.length > 0 ? this.#metrics(report, theme) : '',
      section('Learning curves', report.curves.length > 0, curveSection(report, charts)),
      section(
        'Changes to the config',
        hasDiffs(report),
        diffs(report, (variant) => this.#post({ type: 'apply', variant })),
      ),
      section('Runs', true, runs(report)),
    );
    this.#charts = drawCharts(charts, report, theme);
    this.#restore(place);
  }

  /** The plots as they are now: the text of an SVG, or a PNG in base64; empty without a report. */
  picture(format: PictureFormat): string {
    if (!this.#report) return '';
    const figure = reportFigure(this.#report, this.#measure, readTheme());
    const background = getComputedStyle(document.body).getPropertyValue(
      '--vscode-editor-background',
    );
    const behind = background.trim() || '#ffffff';
    return format === 'svg' ? svgText(figure, behind) : figurePng(figure, behind);
  }

  #metrics(report: Report, theme: Theme): HTMLElement {
    return metricsSection(report, this.#measure, theme, {
      pickMetrics: () => this.#post({ type: 'pickMetrics' }),
      measure: (name) => {
        this.#measure = name;
        this.render(this.#report);
      },
    });
  }

  #header(report: Report): HTMLElement {
    const { done, total } = progressOf(report);
    const live = done < total && (report.state === 'running' || report.state === 'queued');
    const actions = element(
      'div',
      { class: 'actions' },
      button('Export…', 'secondary', () => this.#post({ type: 'export' })),
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

  /** What has the focus, by the words on it: the page is made anew under a person's hands. */
  #place(): { readonly focused: string; readonly top: number } {
    const focused = this.#root.contains(document.activeElement) ? document.activeElement : null;
    return { focused: focused?.textContent ?? '', top: document.documentElement.scrollTop };
  }

  #restore({ focused, top }: { readonly focused: string; readonly top: number }): void {
    document.documentElement.scrollTop = top;
    if (focused === '') return;
    const same = [...this.#root.querySelectorAll('button')].find(
      ({ textContent }) => textContent === focused,
    );
    same?.focus({ preventScroll: true });
  }
}

/** Variants that train as the baseline does: before all else, for then the rest says nothing. */
function callouts(report: Report): HTMLElement | string {
  const lines = calloutsOf(report);
  if (lines.length === 0) return '';
  return element(
    'div',
    { class: 'callout', attributes: { role: 'note', 'aria-label': 'Flag not wired' } },
    element('strong', { text: 'Flag not wired?' }),
    ...lines.slice(0, 8).map((text) => element('p', { text })),
    lines.length > 8
      ? element('p', { text: `${lines.length - 8} more variants likewise.` })
      : undefined,
  );
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

function curveSection(report: Report, charts: HTMLElement): HTMLElement {
  const note = curvesNote(report);
  return element(
    'div',
    {},
    note === '' ? undefined : element('p', { class: 'aside', text: note }),
    charts,
  );
}

/** So many runs are listed at first. */
const firstRuns = 200;

function runs(report: Report): HTMLElement {
  const rowOf = ({ variant, seed, runId, state, reason }: Report['runs'][number]) => [
    labelOf(report, variant),
    String(seed),
    state,
    reason ?? '',
    runId,
  ];
  const heads = ['Variant', 'Seed', 'State', 'Reason', 'Run'];
  const listed = (some: Report['runs']) => table('Runs of the experiment', heads, some.map(rowOf));
  const made = element(
    'div',
    { class: 'scroller runs', attributes: { tabindex: '0', 'aria-label': 'Runs' } },
    listed(report.runs.slice(0, firstRuns)),
  );
  if (report.runs.length <= firstRuns) return made;
  const more = button(`Show all ${report.runs.length} runs`, 'secondary', () => {
    made.replaceChildren(listed(report.runs));
    more.remove();
  });
  return element('div', {}, made, more);
}
