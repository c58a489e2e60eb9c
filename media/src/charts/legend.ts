import { button, element } from '../element.ts';
import { strokeOf, type Theme } from '../themeColors.ts';
import { entryValue, type LegendEntry, type ValueFormat } from './curve.ts';

/** The names of the curves with their values under the cursor; pressing one hides its curves. */
export class Legend {
  readonly root = element('div', { class: 'legend', attributes: { role: 'group' } });
  readonly #format: ValueFormat;
  readonly #toggle: (key: string) => void;
  #values: readonly HTMLElement[] = [];

  constructor(title: string, format: ValueFormat, toggle: (key: string) => void) {
    this.#format = format;
    this.#toggle = toggle;
    this.root.setAttribute('aria-label', `Curves of ${title}`);
  }

  /** Makes the lines anew. */
  setEntries(entries: readonly LegendEntry[], hidden: ReadonlySet<string>, theme: Theme): void {
    this.#values = entries.map(() => element('span', { class: 'legend-value' }));
    this.root.replaceChildren(
      ...entries.map((entry, index) =>
        this.#line(entry, hidden.has(entry.key), theme, this.#values[index]),
      ),
    );
  }

  /** Shows the values at a step, or the last ones, of the same entries. */
  setValues(entries: readonly LegendEntry[], step: number | undefined): void {
    entries.forEach((entry, index) => {
      const shown = this.#values[index];
      const value = entryValue(entry, step);
      if (shown) shown.textContent = value === undefined ? '–' : this.#format(value);
    });
  }

  #line(
    { key, label, color: index, curves }: LegendEntry,
    isHidden: boolean,
    theme: Theme,
    value: HTMLElement | undefined,
  ): HTMLElement {
    const { color, dash } = strokeOf(theme, index);
    const made = button('', 'legend-entry', () => this.#toggle(key));
    made.setAttribute('aria-pressed', String(!isHidden));
    const mean = curves.length > 1 ? `; the value is the mean of ${curves.length} runs` : '';
    made.title = `${isHidden ? 'Show' : 'Hide'} ${label}${mean}`;
    const swatch = element('span', { class: dash.length > 0 ? 'swatch dashed' : 'swatch' });
    swatch.style.borderTopColor = color;
    made.append(swatch, element('span', { class: 'legend-label', text: label }), value ?? '');
    return made;
  }
}
