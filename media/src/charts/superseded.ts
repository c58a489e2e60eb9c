import type uPlot from 'uplot';

import { strokeOf, type Theme } from '../themeColors.ts';
import type { ChartCurve, SupersededLine } from './curve.ts';
import type { StepRange } from './zoom.ts';

/** How much of the colour of its curve a line has. */
const faintness = 0.4;

/** Lowest and highest value of the superseded lines between two steps; undefined where there is none. */
export function supersededRange(
  curves: readonly ChartCurve[],
  [from, to]: StepRange,
  scale: 'linear' | 'log',
): StepRange | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { steps, values } of curves.flatMap(({ superseded = [] }) => superseded)) {
    for (const [index, step] of steps.entries()) {
      const value = values[index] ?? Number.NaN;
      if (step < from || step > to || !isDrawable(value, scale)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : undefined;
}

/** Draws the superseded lines of the curves below all others. */
export function drawSuperseded(plot: uPlot, curves: readonly ChartCurve[], theme: Theme): void {
  const { left, top, width, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.beginPath();
  plot.ctx.rect(left, top, width, height);
  plot.ctx.clip();
  plot.ctx.globalAlpha = faintness;
  plot.ctx.lineWidth = devicePixelRatio;
  plot.ctx.lineJoin = 'round';
  for (const { color: index, superseded = [] } of curves) {
    const { color, dash } = strokeOf(theme, index);
    plot.ctx.strokeStyle = color;
    plot.ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
    for (const line of superseded) drawLine(plot, line);
  }
  plot.ctx.restore();
}

/** Gaps stand where a value cannot be drawn; a point between two gaps is a dot. */
function drawLine(plot: uPlot, { steps, values }: SupersededLine): void {
  const scale = plot.scales.y?.distr === 3 ? 'log' : 'linear';
  const { ctx } = plot;
  ctx.beginPath();
  let isOpen = false;
  for (const [index, step] of steps.entries()) {
    const value = values[index] ?? Number.NaN;
    const wasOpen = isOpen;
    isOpen = isDrawable(value, scale);
    if (!isOpen) continue;
    const x = plot.valToPos(step, 'x', true);
    const y = plot.valToPos(value, 'y', true);
    if (!wasOpen) ctx.moveTo(x - devicePixelRatio / 2, y);
    ctx.lineTo(x, y);
  }
  ctx.stroke();
}

function isDrawable(value: number, scale: 'linear' | 'log'): boolean {
  return Number.isFinite(value) && (scale === 'linear' || value > 0);
}
