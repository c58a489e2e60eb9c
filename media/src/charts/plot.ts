import uPlot from 'uplot';

import type { Theme } from '../themeColors.ts';
import { alignCurves } from './alignCurves.ts';
import type { ChartCurve } from './curve.ts';
import { type PlotEvents, type PlotSpec, plotOptions } from './plotOptions.ts';
import { type StepRange, type ZoomGroup, zoomAbout } from './zoom.ts';

/** The drawn part of a chart: a canvas of uPlot that fits its container. */
export class Plot {
  readonly root: HTMLDivElement;
  readonly #spec: PlotSpec;
  readonly #group: ZoomGroup;
  readonly #moved: () => void;
  readonly #resizing: ResizeObserver;
  readonly #unfollow: () => void;
  #uplot: uPlot | undefined;
  #curves: readonly ChartCurve[] = [];
  /** Scale, theme and curves that the present canvas was made for. */
  #made: readonly unknown[] = [];

  /** `moved` is called when the cursor has gone to another step or away. */
  constructor(root: HTMLDivElement, spec: PlotSpec, group: ZoomGroup, moved: () => void) {
    this.root = root;
    this.#spec = spec;
    this.#group = group;
    this.#moved = moved;
    this.#resizing = new ResizeObserver(() => this.#fit());
    this.#resizing.observe(root);
    this.#unfollow = group.follow(() => this.#uplot?.setData(this.#uplot.data));
    root.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    root.addEventListener('keydown', (event) => this.#key(event));
  }

  /** The step under the cursor. */
  get step(): number | undefined {
    const index = this.#uplot?.cursor.idx;
    return typeof index === 'number' ? this.#uplot?.data[0][index] : undefined;
  }

  /** Draws the curves; the canvas is made anew only where more than their points has changed. */
  draw(curves: readonly ChartCurve[], scale: 'linear' | 'log', theme: Theme): void {
    this.#curves = curves;
    const { steps, values } = alignCurves(curves, scale);
    const data: uPlot.AlignedData = [steps, ...values];
    const look = [scale, theme, ...curves.flatMap(({ key, label, color }) => [key, label, color])];
    if (this.#uplot && sameItems(look, this.#made)) {
      this.#uplot.setData(data);
      return;
    }
    this.#uplot?.destroy();
    this.#made = look;
    const options = plotOptions(
      this.#spec,
      curves,
      scale,
      theme,
      this.#group,
      this.#events(),
      () => this.#curves,
    );
    this.#uplot = new uPlot({ ...options, width: this.#width() }, data, this.root);
  }

  dispose(): void {
    this.#resizing.disconnect();
    this.#unfollow();
    this.#uplot?.destroy();
    this.#uplot = undefined;
  }

  #events(): PlotEvents {
    return {
      selected: (range) => this.#group.show(range),
      reset: () => this.#group.show(undefined),
      cursorMoved: this.#moved,
    };
  }

  #width(): number {
    return Math.max(50, Math.floor(this.root.clientWidth));
  }

  #fit(): void {
    const width = this.#width();
    if (this.#uplot && this.#uplot.width !== width) {
      this.#uplot.setSize({ width, height: this.#spec.height });
    }
  }

  /** With Ctrl or Command only, so that the wheel alone still scrolls the page. */
  #wheel(event: WheelEvent): void {
    const plot = this.#uplot;
    if (!plot || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const left = event.clientX - plot.over.getBoundingClientRect().left;
    this.#zoom(plot, plot.posToVal(left, 'x'), event.deltaY > 0 ? 1.25 : 0.8);
  }

  #key(event: KeyboardEvent): void {
    const plot = this.#uplot;
    const action = keyActions[event.key];
    if (!plot || !action) return;
    event.preventDefault();
    this.#perform(plot, action);
  }

  #perform(plot: uPlot, action: KeyAction): void {
    const [low, high] = shownSteps(plot);
    const about = this.step ?? (low + high) / 2;
    if (action === 'reset') this.#group.show(undefined);
    else if (action === 'in') this.#zoom(plot, about, 0.8);
    else if (action === 'out') this.#zoom(plot, about, 1.25);
    else moveCursor(plot, action === 'left' ? -1 : 1);
  }

  #zoom(plot: uPlot, about: number, factor: number): void {
    this.#group.show(zoomAbout(shownSteps(plot), this.#group.extent, about, factor));
  }
}

type KeyAction = 'left' | 'right' | 'in' | 'out' | 'reset';

const keyActions: Readonly<Record<string, KeyAction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  '+': 'in',
  '=': 'in',
  '-': 'out',
  '0': 'reset',
  Escape: 'reset',
};

function shownSteps(plot: uPlot): StepRange {
  const { min, max } = plot.scales.x ?? {};
  return [min ?? 0, max ?? 1];
}

function moveCursor(plot: uPlot, by: number): void {
  const steps = plot.data[0];
  const index = (plot.cursor.idx ?? (by > 0 ? -1 : steps.length)) + by;
  const step = steps[Math.min(steps.length - 1, Math.max(0, index))];
  if (step === undefined) return;
  plot.setCursor({ left: plot.valToPos(step, 'x'), top: plot.over.clientHeight / 2 });
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => Object.is(item, right[index]));
}
