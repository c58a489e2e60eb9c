import { button, element, table } from '../element.ts';
import type { Theme } from '../themeColors.ts';
import { prefersLog } from './alignCurves.ts';
import type { ChartChoices } from './chartChoices.ts';
import {
  type ChartCurve,
  type Exactness,
  entryKey,
  type LegendEntry,
  legendEntries,
} from './curve.ts';
import { describeCurves, tableRows } from './describeCurves.ts';
import { Legend } from './legend.ts';
import { Plot } from './plot.ts';
import type { PlotSpec } from './plotOptions.ts';
import type { ZoomGroup } from './zoom.ts';

export interface LineChartSpec extends PlotSpec {
  /** Whether the user may choose a logarithmic axis; the data choose until the user does. */
  readonly scales: 'linear' | 'choice';
}

const noExactness: Exactness = { text: '', sentence: '' };

/** Rows of the data table at most: a screen reader is not helped by thousands. */
const tableLimit = 50;

/** A line chart with its title, legend and data table. */
export class LineChart {
  readonly root: HTMLElement;
  readonly #spec: LineChartSpec;
  readonly #chosen: (choices: ChartChoices) => void;
  readonly #plot: Plot;
  readonly #legend: Legend;
  readonly #note = element('span', { class: 'chart-note' });
  readonly #exactness = element('span', { class: 'chart-note exactness' });
  readonly #scaleButton: HTMLButtonElement;
  readonly #data: HTMLDetailsElement;
  #curves: readonly ChartCurve[] = [];
  #entries: readonly LegendEntry[] = [];
  #choices: ChartChoices;
  #theme: Theme | undefined;
  #legendFor = '';
  #sentence = '';

  constructor(
    spec: LineChartSpec,
    group: ZoomGroup,
    choices: ChartChoices,
    chosen: (choices: ChartChoices) => void,
  ) {
    this.#spec = spec;
    this.#choices = choices;
    this.#chosen = chosen;
    const canvas = element('div', {
      class: 'plot',
      attributes: {
        role: 'img',
        tabindex: '0',
        title: 'Drag or Ctrl+wheel to zoom, double-click to see all; arrows move the cursor.',
      },
    });
    this.#plot = new Plot(canvas, spec, group, () => this.#showValues());
    this.#legend = new Legend(spec.title, spec.format, (key) => this.#toggle(key));
    this.#scaleButton = button('log', 'toggle', () => this.#toggleScale());
    this.#data = element('details', {}, element('summary', { text: 'Data table' }));
    this.#data.addEventListener('toggle', () => this.#fillTable());
    const heading = element('h2', { text: spec.title });
    const head = element('div', { class: 'chart-head' }, heading, this.#note, this.#exactness);
    if (spec.scales === 'choice') head.append(this.#scaleButton);
    this.root = element('section', { class: 'chart' }, head, canvas, this.#legend.root, this.#data);
  }

  /** Draws these curves in this theme; `exactness` says whether they are all of their points. */
  update(curves: readonly ChartCurve[], theme: Theme, exactness = noExactness): void {
    this.#curves = curves;
    this.#sentence = exactness.sentence;
    this.#exactness.textContent = exactness.text;
    this.#entries = legendEntries(curves);
    this.#theme = theme;
    this.#draw();
  }

  dispose(): void {
    this.#plot.dispose();
    this.root.remove();
  }

  #draw(): void {
    const theme = this.#theme;
    if (!theme) return;
    const hidden = new Set(this.#choices.hidden);
    const scale = this.#scale();
    this.#scaleButton.setAttribute('aria-pressed', String(scale === 'log'));
    this.#scaleButton.title = scale === 'log' ? 'Logarithmic axis' : 'Linear axis';
    this.#plot.draw(
      this.#curves.filter((curve) => !hidden.has(entryKey(curve))),
      scale,
      theme,
    );
    this.#plot.root.setAttribute(
      'aria-label',
      [describeCurves(this.#spec.title, this.#curves, this.#spec.format), this.#sentence]
        .filter((text) => text !== '')
        .join(' '),
    );
    this.#makeLegend(hidden, theme);
    this.#showValues();
    if (this.#data.open) this.#fillTable();
  }

  /** The legend is made anew only when its names change: a click must find its button. */
  #makeLegend(hidden: ReadonlySet<string>, theme: Theme): void {
    const names = this.#entries.map(({ key, label, color, curves }) => [
      key,
      label,
      color,
      curves.length,
    ]);
    const look = JSON.stringify([names, [...hidden], theme]);
    if (look === this.#legendFor) return;
    this.#legendFor = look;
    this.#legend.setEntries(this.#entries, hidden, theme);
  }

  #showValues(): void {
    const { step } = this.#plot;
    this.#note.textContent = step === undefined ? '' : `step ${step}`;
    this.#legend.setValues(this.#entries, step);
  }

  #scale(): 'linear' | 'log' {
    if (this.#spec.scales === 'linear') return 'linear';
    return this.#choices.scale ?? (prefersLog(this.#curves) ? 'log' : 'linear');
  }

  #toggleScale(): void {
    this.#choose({ ...this.#choices, scale: this.#scale() === 'log' ? 'linear' : 'log' });
  }

  #toggle(key: string): void {
    const { hidden } = this.#choices;
    const next = hidden.includes(key) ? hidden.filter((name) => name !== key) : [...hidden, key];
    this.#choose({ ...this.#choices, hidden: next });
  }

  #choose(choices: ChartChoices): void {
    this.#choices = choices;
    this.#chosen(choices);
    this.#draw();
  }

  #fillTable(): void {
    if (!this.#data.open) return;
    const { title, format } = this.#spec;
    const rows = tableRows(this.#curves, format, tableLimit);
    const heads = ['step', ...this.#curves.map(({ label }) => label)];
    const scroller = element(
      'div',
      { class: 'scroller', attributes: { tabindex: '0' } },
      table(title, heads, rows),
    );
    this.#data.replaceChildren(element('summary', { text: 'Data table' }), scroller);
  }
}
