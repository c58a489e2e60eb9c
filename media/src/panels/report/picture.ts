import { type Figure, moved, type Shape } from '../../charts/figure.ts';
import type { Theme } from '../../themeColors.ts';
import { curvesFigure } from './curvesFigure.ts';
import { intervalFigure, intervalLines } from './intervalFigure.ts';
import { chartsOf, type MeasureName, type Report } from './state.ts';

const margin = 16;
const column = 440;
const titleHeight = 52;
const captionHeight = 18;
const gap = 20;

/** All plots of a report as one figure: a line a metric, its differences beside its curves. */
export function reportFigure(report: Report, measure: MeasureName, theme: Theme): Figure {
  const charts = new Map(chartsOf(report).map((chart) => [chart.metric, chart]));
  const rows = new Map(report.rows.map((row) => [row.metric, row]));
  const shapes: Shape[] = [...heading(report, measure, theme)];
  let down = titleHeight;
  for (const metric of new Set([...rows.keys(), ...charts.keys()])) {
    const row = rows.get(metric);
    const chart = charts.get(metric);
    const lines = row ? intervalLines(report, row, measure) : [];
    const differences = row && lines.length > 0 ? intervalFigure(row, lines, theme) : noFigure;
    const curves = chart ? curvesFigure(chart, theme) : noFigure;
    const tallest = Math.max(differences.height, curves.height);
    if (tallest === 0) continue;
    const caption = { at: [margin, down + 12], text: metric, color: theme.foreground } as const;
    shapes.push(
      { kind: 'text', ...caption, size: 13, anchor: 'start', bold: true },
      ...moved(differences, [margin, down + captionHeight]),
      ...moved(curves, [margin + column, down + captionHeight]),
    );
    down += captionHeight + tallest + gap;
  }
  return { width: 2 * margin + 2 * column, height: down, shapes };
}

const noFigure: Figure = { width: 0, height: 0, shapes: [] };

function heading(
  { title }: Report,
  measure: MeasureName,
  { foreground, muted }: Theme,
): readonly Shape[] {
  const of = measure === 'end' ? 'the last tenth of the steps' : 'all steps';
  const legend = `Left: difference to the baseline, means over ${of}; 95 % by paired t (thick) and by the bootstrap (thin). Right: learning curves.`;
  return [
    {
      kind: 'text',
      at: [margin, 22],
      text: title,
      color: foreground,
      size: 15,
      anchor: 'start',
      bold: true,
    },
    { kind: 'text', at: [margin, 40], text: legend, color: muted, size: 11, anchor: 'start' },
  ];
}
