import { describe, expect, it } from 'vitest';

import { moved, svgText } from '../../../media/src/charts/figure.ts';
import { niceTicks } from '../../../media/src/charts/niceTicks.ts';
import {
  describeIntervals,
  intervalFigure,
  intervalLines,
} from '../../../media/src/panels/report/intervalFigure.ts';
import { reportFigure } from '../../../media/src/panels/report/picture.ts';
import type { Theme } from '../../../media/src/themeColors.ts';
import { baseline, changed, report } from '../../support/reports/exampleReport.ts';

const theme: Theme = {
  foreground: '#111111',
  muted: '#777777',
  grid: '#eeeeee',
  palette: ['blue', 'orange', 'green', 'purple', 'yellow', 'red'],
  font: '11px sans-serif',
};

const withBootstrap = { ...changed, bootstrap: [0.02, 0.3] as [number, number] };
const [row] = report.rows.map((each) => ({ ...each, cells: [baseline, withBootstrap] }));

describe('the plot of dots and intervals', () => {
  it('has a line a variant with a difference, the bootstrap thinner than the paired t', () => {
    if (!row) throw new Error('The example has a row.');
    const lines = intervalLines(report, row, 'end');
    expect(lines).toEqual([
      {
        label: 'without kl',
        difference: 0.12,
        judgement: 'worse',
        interval: [0.05, 0.19],
        bootstrap: [0.02, 0.3],
      },
    ]);
    const { shapes } = intervalFigure(row, lines, theme);
    const whiskers = shapes.flatMap((shape) =>
      shape.kind === 'line' && shape.color === 'red' ? [shape] : [],
    );
    expect(whiskers.map(({ width }) => width)).toEqual([3, 1]);
    const spans = whiskers.map(({ points }) => (points[1]?.[0] ?? 0) - (points[0]?.[0] ?? 0));
    // In the ratio of their lengths, 0.14 to 0.28.
    expect((spans[1] ?? 0) / (spans[0] ?? 1)).toBeCloseTo(2, 6);
    expect(shapes).toContainEqual(expect.objectContaining({ text: '← better' }));
    expect(shapes).toContainEqual(expect.objectContaining({ text: 'worse' }));
  });

  it('says in words what it shows', () => {
    if (!row) throw new Error('The example has a row.');
    expect(describeIntervals(row, intervalLines(report, row, 'end'))).toBe(
      'loss/rec, difference to the baseline, lower is better: without kl +0.12, paired t +0.05 to +0.19, bootstrap +0.02 to +0.3, worse.',
    );
  });

  it('leaves out what is no number, and has nothing over a curve that is not there', () => {
    if (!row) throw new Error('The example has a row.');
    const broken = { ...row, cells: [baseline, { ...changed, difference: Number.NaN }] };
    expect(intervalLines(report, broken, 'end')).toEqual([]);
    expect(intervalLines(report, row, 'curve')).toEqual([]);
  });

  it('stays within its width where there is one seed and no difference', () => {
    if (!row) throw new Error('The example has a row.');
    const line = { label: 'x', difference: 0, judgement: 'same' as const };
    const { width, shapes } = intervalFigure(row, [line], theme);
    const dots = shapes.flatMap((shape) => (shape.kind === 'dot' ? [shape.at[0]] : []));
    expect(dots).toHaveLength(1);
    expect(dots[0]).toBeGreaterThan(0);
    expect(dots[0]).toBeLessThan(width);
  });
});

describe('the picture of a report', () => {
  it('is an SVG with the plots and the curves of each metric', () => {
    const figure = reportFigure(report, 'end', theme);
    const text = svgText(figure, '#ffffff');
    expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+"/);
    expect(text).toContain('>Ablation: without kl</text>');
    expect(text).toContain('>loss/rec</text>');
    expect(text).toContain('>loss/kl</text>');
    expect(text).toContain('stroke="blue"');
    expect(text).not.toContain('NaN');
    for (const shape of figure.shapes) {
      const places = shape.kind === 'line' ? shape.points : [shape.at];
      for (const [x, y] of places) {
        expect(x).toBeLessThanOrEqual(figure.width);
        expect(y).toBeLessThanOrEqual(figure.height);
      }
    }
  });

  it('keeps letters of every script, and leaves out what XML has not', () => {
    const title = 'λ 🙂 \u0001\ud800!';
    const text = svgText(reportFigure({ ...report, title }, 'end', theme), '#ffffff');
    expect(text).toContain('>λ 🙂 !</text>');
  });

  it('draws a curve with a gap as two, and no title as markup', () => {
    const curves = [
      {
        metric: 'm',
        variant: 'baseline',
        seed: 0,
        steps: [0, 1, 2, 3, 4],
        values: [1, 2, Number.NaN, 2, 1],
      },
    ];
    const figure = reportFigure(
      { ...report, title: '<b>&</b>\u0001', rows: [], curves },
      'end',
      theme,
    );
    const lines = figure.shapes.filter((shape) => shape.kind === 'line' && shape.width === 1.5);
    expect(lines).toHaveLength(2);
    expect(svgText(figure, '#ffffff')).toContain('>&lt;b&gt;&amp;&lt;/b&gt;</text>');
  });

  it('moves', () => {
    const shapes = [{ kind: 'dot', at: [1, 2], radius: 1, color: 'red' } as const];
    expect(moved({ width: 5, height: 5, shapes }, [10, 20])).toMatchObject([{ at: [11, 22] }]);
  });
});

describe('ticks', () => {
  it.each([
    { low: 0, high: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
    { low: -3, high: 9, ticks: [-2, 0, 2, 4, 6, 8] },
    { low: 100, high: 100, ticks: [] },
    { low: 0, high: Number.POSITIVE_INFINITY, ticks: [] },
  ])('from $low to $high', ({ low, high, ticks }) => {
    const made = niceTicks(low, high, 6);
    expect(made).toHaveLength(ticks.length);
    for (const [at, tick] of made.entries()) expect(tick).toBeCloseTo(ticks[at] ?? Number.NaN, 9);
  });
});
