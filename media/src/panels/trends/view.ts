import type { Chart, TrendsRequest, TrendsSnapshot } from '#protocol/panels/trends';
import type { ChartChoices } from '../../charts/chartChoices.ts';
import { formatCosine, formatPercent, formatValue } from '../../charts/curve.ts';
import { LineChart, type LineChartSpec } from '../../charts/lineChart.ts';
import { type StepRange, ZoomGroup } from '../../charts/zoom.ts';
import { button, element } from '../../element.ts';
import { stateBadge } from '../../stateBadge.ts';
import { readTheme } from '../../theme.ts';
import type { TrendsChoices } from './choices.ts';
import {
  chartExactness,
  runPicker,
  shownCurves,
  type TrendsPage,
  type TrendsState,
} from './state.ts';

/** What the view tells: wishes of the user. */
export interface TrendsActions {
  readonly post: (request: TrendsRequest) => void;
  readonly picked: (configUri: string, runId: string) => void;
  readonly chosen: (chart: Chart['name'], choices: ChartChoices) => void;
  /** Other steps are shown than before. */
  readonly zoomed: () => void;
}

const height = 180;

/** How each chart is drawn; the order is that of the page. */
const looks: Readonly<Record<Chart['name'], Omit<LineChartSpec, 'title'>>> = {
  loss: { height, format: formatValue, scales: 'choice' },
  grad_share: { height, format: formatPercent, scales: 'linear', values: [0, 1] },
  value_share: { height, format: formatPercent, scales: 'linear', values: [0, 1] },
  cos: { height, format: formatCosine, scales: 'linear', values: [-1, 1], reference: 0 },
};

/** The loss trends on the page. */
export class TrendsView {
  readonly #actions: TrendsActions;
  /** Asked whenever it is needed: the page keeps it. */
  readonly #choices: () => TrendsChoices;
  readonly #group = new ZoomGroup('trends');
  readonly #charts = new Map<Chart['name'], LineChart>();
  readonly #title = element('h1');
  readonly #picker: HTMLSelectElement;
  readonly #badge = element('span');
  readonly #notice = element('p', { class: 'notice', attributes: { role: 'status' } });
  /** Read out, not seen: each chart shows it for itself. */
  readonly #reading = element('p', { class: 'unseen', attributes: { role: 'status' } });
  readonly #empty = element('div', { class: 'empty' });
  readonly #body = element('div', { class: 'charts' });
  #theme = readTheme();
  #configUri = '';
  #headerFor = '';

  constructor(root: HTMLElement, choices: () => TrendsChoices, actions: TrendsActions) {
    this.#choices = choices;
    this.#actions = actions;
    this.#picker = element('select', { attributes: { 'aria-label': 'Run' } });
    this.#picker.addEventListener('change', () => {
      this.#group.show(undefined);
      actions.picked(this.#configUri, this.#picker.value);
    });
    root.replaceChildren(
      element('header', {}, this.#title, this.#picker, this.#badge),
      this.#notice,
      this.#reading,
      this.#empty,
      this.#body,
    );
    this.#group.follow(actions.zoomed);
    this.#picker.hidden = true;
    this.#notice.hidden = true;
    this.#showEmpty('Waiting for the language server…', false);
  }

  /** The steps that are shown; undefined for all. */
  get shownSteps(): StepRange | undefined {
    return this.#group.range;
  }

  /** Reads the theme again, for the next drawing. */
  readTheme(): void {
    this.#theme = readTheme();
  }

  render(state: TrendsState): void {
    if (!state) return;
    this.#renderHeader(state);
    this.#notice.textContent = state.notice ?? '';
    this.#notice.hidden = state.notice === undefined;
    this.#reading.textContent =
      state.detail?.state === 'reading' ? 'Reading the log again for all points…' : '';
    const charts = state.charts.filter(({ curves }) => curves.length > 0);
    if (state.empty !== undefined || charts.length === 0) {
      this.#showEmpty(
        state.empty ?? 'Nothing has been logged yet: the curves appear with the first step.',
        state.configUri !== '' && state.runId === undefined,
      );
    } else {
      this.#empty.hidden = true;
      this.#body.hidden = false;
      this.#renderCharts(state, charts);
    }
  }

  /** Made anew only when it changes: an open picker must not close at every point. */
  #renderHeader(state: TrendsSnapshot): void {
    const { configUri, configName, runs, runId } = state;
    const look = JSON.stringify([configUri, configName, runs, runId]);
    if (look === this.#headerFor) return;
    this.#headerFor = look;
    this.#title.textContent = configName || 'Loss trends';
    this.#title.title = configUri;
    this.#configUri = configUri;
    this.#picker.hidden = runs.length === 0;
    const { options, value } = runPicker(state, this.#choices().picks[configUri] ?? '');
    this.#picker.replaceChildren(
      ...options.map((option) =>
        element('option', { text: option.text, attributes: { value: option.value } }),
      ),
    );
    this.#picker.value = value;
    const runState = runs.find(({ id }) => id === runId)?.state;
    this.#badge.replaceChildren(...(runState === undefined ? [] : [stateBadge(runState)]));
  }

  #showEmpty(text: string, mayRun: boolean): void {
    this.#body.hidden = true;
    this.#empty.hidden = false;
    const run = (): void => this.#actions.post({ type: 'runTraining' });
    this.#empty.replaceChildren(
      element('p', { text }),
      ...(mayRun ? [button('Run instrumented training', 'primary', run)] : []),
    );
  }

  #renderCharts(state: TrendsPage, charts: readonly Chart[]): void {
    const names = new Set(charts.map(({ name }) => name));
    for (const [name, chart] of this.#charts) {
      if (names.has(name)) continue;
      chart.dispose();
      this.#charts.delete(name);
    }
    const curves = charts.flatMap((chart) => chart.curves);
    this.#group.setSteps(
      curves.flatMap(({ steps, superseded }) => [steps, ...superseded.map((line) => line.steps)]),
    );
    for (const chart of charts) this.#renderChart(state, chart);
  }

  #renderChart(state: TrendsPage, chart: Chart): void {
    const curves = shownCurves(state, chart).map(({ metric, ...curve }) => ({
      key: metric,
      ...curve,
    }));
    const drawn = this.#charts.get(chart.name) ?? this.#makeChart(chart);
    drawn.update(curves, this.#theme, chartExactness(state, chart.name, this.#group.range));
  }

  #makeChart({ name, title }: Chart): LineChart {
    const made = new LineChart(
      { ...looks[name], title },
      this.#group,
      this.#choices().charts[name] ?? { hidden: [] },
      (choices) => this.#actions.chosen(name, choices),
    );
    this.#charts.set(name, made);
    // In the page before it draws, so that it knows its width.
    this.#body.append(made.root);
    return made;
  }
}
