import uPlot from 'uplot';

import { strokeOf, type Theme } from '../themeColors.ts';
import type { ChartCurve, ValueFormat } from './curve.ts';
import { drawSuperseded, supersededRange } from './superseded.ts';
import type { StepRange, ZoomGroup } from './zoom.ts';

/** How a chart looks, beside its curves. */
export interface PlotSpec {
  readonly title: string;
  /** Height in CSS pixels. */
  readonly height: number;
  readonly format: ValueFormat;
  /** Values that the axis shows at least: a share has its 0 and 1 whatever the data. */
  readonly values?: StepRange;
  /** A value marked by a line across. */
  readonly reference?: number;
}

/** What uPlot calls back. */
export interface PlotEvents {
  readonly selected: (range: StepRange) => void;
  readonly reset: () => void;
  readonly cursorMoved: () => void;
}

/** Width of the axis of values in CSS pixels; the same in all charts, so that their steps align. */
const axisWidth = 52;

export function plotOptions(
  spec: PlotSpec,
  curves: readonly ChartCurve[],
  scale: 'linear' | 'log',
  theme: Theme,
  group: ZoomGroup,
  events: PlotEvents,
  drawn: () => readonly ChartCurve[],
): Omit<uPlot.Options, 'width'> {
  return {
    height: spec.height,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: group.key, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      bind: {
        // Called once, for the listener.
        dblclick: () => () => {
          events.reset();
          return null;
        },
      },
    },
    scales: {
      x: { time: false, range: stepRange(group) },
      y: valueScale(spec, scale, group, drawn),
    },
    axes: [stepAxis(theme), valueAxis(spec, scale, theme)],
    series: [{}, ...curves.map((curve) => series(curve, theme))],
    hooks: {
      setSelect: [(plot) => select(plot, events)],
      setCursor: [events.cursorMoved],
      drawAxes: [
        (plot) => drawReference(plot, spec, theme),
        (plot) => drawSuperseded(plot, drawn(), theme),
      ],
    },
  };
}

function stepRange(group: ZoomGroup): uPlot.Scale.Range {
  return () => [...(group.range ?? group.extent)];
}

/** The axis holds the superseded lines too, of which uPlot knows nothing. */
function valueScale(
  { values }: PlotSpec,
  scale: 'linear' | 'log',
  group: ZoomGroup,
  drawn: () => readonly ChartCurve[],
): uPlot.Scale {
  const extend = (low: number | null, high: number | null) => {
    const shown = supersededRange(drawn(), group.range ?? group.extent, scale);
    const known = [low, high, ...(shown ?? [])].filter((value) => value != null);
    return known.length > 0 ? ([Math.min(...known), Math.max(...known)] as const) : undefined;
  };
  if (scale === 'log') {
    const range: uPlot.Range.Function = (_plot, low, high) => {
      const found = extend(low, high);
      return found ? uPlot.rangeLog(found[0], found[1], 10, false) : [null, null];
    };
    return { distr: 3, log: 10, range };
  }
  return {
    range: (_plot, low, high) => {
      const found = extend(low, high);
      if (values)
        return [Math.min(...values, ...(found ?? [])), Math.max(...values, ...(found ?? []))];
      return found ? uPlot.rangeNum(found[0], found[1], 0.1, true) : [null, null];
    },
  };
}

function axis(theme: Theme, format: ValueFormat, size: number): uPlot.Axis {
  return {
    stroke: theme.muted,
    font: theme.font,
    size,
    gap: 4,
    space: size === axisWidth ? 28 : 60,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { show: false },
    // uPlot leaves `null` where a label of a logarithmic axis would crowd its neighbours.
    values: (_plot, splits) =>
      splits.map((split: number | null) => (split === null ? '' : format(split))),
  };
}

function stepAxis(theme: Theme): uPlot.Axis {
  const values: uPlot.Axis.DynamicValues = (_plot, splits, _axis, _space, increment) =>
    splits.map((split) => formatStep(split, increment));
  return { ...axis(theme, String, 24), values };
}

function valueAxis(spec: PlotSpec, scale: 'linear' | 'log', theme: Theme): uPlot.Axis {
  const made = axis(theme, spec.format, axisWidth);
  if (scale === 'linear') return made;
  return { ...made, grid: { ...made.grid, filter: (_plot, splits) => decades(splits) } };
}

/** Lines at the powers of ten only, where there are two of them or more. */
function decades(splits: number[]): (number | null)[] {
  const powers = splits.filter(isPowerOfTen);
  return powers.length < 2 ? splits : splits.map((split) => (isPowerOfTen(split) ? split : null));
}

function isPowerOfTen(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}

function series(curve: ChartCurve, theme: Theme): uPlot.Series {
  const { color, dash } = strokeOf(theme, curve.color);
  return {
    label: curve.label,
    stroke: color,
    width: curve.faint ? 1 : 1.5,
    ...(dash.length > 0 ? { dash } : {}),
    ...(curve.faint ? { alpha: 0.6 } : {}),
  };
}

function select(plot: uPlot, events: PlotEvents): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  events.selected([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

function drawReference(plot: uPlot, { reference }: PlotSpec, theme: Theme): void {
  const { min, max } = plot.scales.y ?? {};
  if (reference === undefined || min == null || max == null) return;
  if (reference < min || reference > max) return;
  const { left, width } = plot.bbox;
  const y = Math.round(plot.valToPos(reference, 'y', true)) + 0.5;
  plot.ctx.save();
  plot.ctx.strokeStyle = theme.muted;
  plot.ctx.lineWidth = 1;
  plot.ctx.beginPath();
  plot.ctx.moveTo(left, y);
  plot.ctx.lineTo(left + width, y);
  plot.ctx.stroke();
  plot.ctx.restore();
}

/**
 * 1500 → `1.5k`: many steps fit under a narrow chart. As many digits as tell neighbours apart that
 * are so far from each other.
 */
function formatStep(step: number, increment: number): string {
  if (!Number.isInteger(step)) return '';
  const digits = (power: number): number => Math.max(0, power - Math.floor(Math.log10(increment)));
  if (step >= 1_000_000 && digits(6) <= 3) return `${Number((step / 1e6).toFixed(digits(6)))}M`;
  return step >= 10_000 ? `${Number((step / 1e3).toFixed(digits(3)))}k` : String(step);
}
