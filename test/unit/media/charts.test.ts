import { describe, expect, it } from 'vitest';

import { alignCurves, prefersLog } from '../../../media/src/charts/alignCurves.ts';
import {
  type ChartCurve,
  entryValue,
  formatCosine,
  formatPercent,
  formatValue,
  legendEntries,
  valueAt,
} from '../../../media/src/charts/curve.ts';
import { describeCurves, tableRows } from '../../../media/src/charts/describeCurves.ts';
import { ZoomGroup, zoomAbout } from '../../../media/src/charts/zoom.ts';

function curve(label: string, steps: number[], values: number[]): ChartCurve {
  return { key: label, label, color: 0, steps, values };
}

describe('alignCurves', () => {
  it('takes curves with the same steps as they are, with gaps where a value is not finite', () => {
    const curves = [
      curve('a', [0, 1, 2], [1, Number.NaN, 3]),
      curve('b', [0, 1, 2], [4, 5, Number.POSITIVE_INFINITY]),
    ];
    expect(alignCurves(curves, 'linear')).toEqual({
      steps: [0, 1, 2],
      values: [
        [1, null, 3],
        [4, 5, null],
      ],
    });
  });

  it('draws across steps that a curve does not have', () => {
    const curves = [curve('a', [0, 10], [1, 2]), curve('b', [0, 5, 10], [3, Number.NaN, 5])];
    expect(alignCurves(curves, 'linear')).toEqual({
      steps: [0, 5, 10],
      values: [
        [1, undefined, 2],
        [3, null, 5],
      ],
    });
  });

  it('keeps several points at one step', () => {
    const curves = [curve('a', [0, 5, 5, 6], [1, 9, 2, 3]), curve('b', [5, 6], [4, 5])];
    expect(alignCurves(curves, 'linear')).toEqual({
      steps: [0, 5, 5, 6],
      values: [
        [1, 9, 2, 3],
        [undefined, 4, undefined, 5],
      ],
    });
  });

  it('leaves out what a logarithm cannot show', () => {
    const { values } = alignCurves([curve('a', [0, 1, 2], [1, 0, -1])], 'log');
    expect(values).toEqual([[1, null, null]]);
  });

  it('makes nothing of nothing', () => {
    expect(alignCurves([], 'linear')).toEqual({ steps: [], values: [] });
  });
});

describe('prefersLog', () => {
  it.each([
    ['values more than 30-fold apart', [1, 31], true],
    ['values close together', [1, 30], false],
    ['a zero', [0, 100], false],
    ['a negative value', [-1, 100], false],
    ['a NaN among wide values', [0.001, Number.NaN, 1], true],
    ['no value', [], false],
  ])('judges %s', (_, values, expected) => {
    expect(prefersLog([curve('a', values, values)])).toBe(expected);
  });
});

describe('valueAt', () => {
  const probed = curve('a', [0, 10, 20], [1, 2, 3]);

  it.each([
    [-5, 1],
    [4, 1],
    [6, 2],
    [20, 3],
    [99, 3],
  ])('finds the nearest point of step %d', (step, expected) => {
    expect(valueAt(probed, step)).toBe(expected);
  });

  it('finds nothing in an empty curve', () => {
    expect(valueAt(curve('a', [], []), 3)).toBeUndefined();
  });
});

describe('legendEntries', () => {
  const runs = [
    { ...curve('a0', [0, 1], [1, 2]), entry: 'baseline' },
    { ...curve('b0', [0, 1], [5, 6]), entry: 'without kl' },
    { ...curve('a1', [0, 1], [3, 4]), entry: 'baseline' },
  ];

  it('joins the runs of a variant under one name', () => {
    expect(legendEntries(runs).map(({ key, curves }) => [key, curves.length])).toEqual([
      ['baseline', 2],
      ['without kl', 1],
    ]);
  });

  it('shows the mean of its runs', () => {
    const [baseline] = legendEntries(runs);
    expect(baseline && [entryValue(baseline, 0), entryValue(baseline, undefined)]).toEqual([2, 3]);
  });
});

describe('formats', () => {
  it.each([
    [formatValue(0.000_123_456), '1.235e-4'],
    [formatValue(0.012_345_6), '0.01235'],
    [formatValue(0), '0'],
    [formatValue(1234567), '1.235e6'],
    [formatValue(Number.NaN), 'NaN'],
    [formatPercent(0.0704), '7.04 %'],
    [formatCosine(-0.123), '−0.12'],
    [formatCosine(0), '0.00'],
  ])('writes %s', (text, expected) => {
    expect(text).toBe(expected);
  });
});

describe('describeCurves', () => {
  it('tells range, last values and what is not finite', () => {
    const curves = [curve('kl', [0, 10], [2, 1]), curve('rec', [0, 10, 20], [1, Number.NaN, 4])];
    expect(describeCurves('Loss', curves, formatValue)).toBe(
      'Loss, steps 0 to 20. kl: last 1, lowest 1, highest 2. rec: last 4, lowest 1, highest 4, 1 not finite.',
    );
  });

  it('says when there is nothing', () => {
    expect(describeCurves('Loss', [curve('kl', [], [])], formatValue)).toBe('Loss: no points yet.');
  });
});

describe('tableRows', () => {
  it('takes rows evenly, with the first and the last', () => {
    const steps = Array.from({ length: 101 }, (_, index) => index);
    const rows = tableRows([curve('kl', steps, steps)], formatValue, 5);
    expect(rows).toEqual([
      ['0', '0'],
      ['25', '25'],
      ['50', '50'],
      ['75', '75'],
      ['100', '100'],
    ]);
  });

  it('gives every row of a short curve', () => {
    expect(tableRows([curve('kl', [3], [0.5])], formatValue, 5)).toEqual([['3', '0.5']]);
  });
});

describe('zoom', () => {
  it('narrows about the point', () => {
    expect(zoomAbout([0, 100], [0, 100], 20, 0.5)).toEqual([10, 60]);
  });

  it('shows all again when widened past the ends', () => {
    expect(zoomAbout([10, 60], [0, 100], 20, 4)).toBeUndefined();
  });

  it('does not go between two steps', () => {
    expect(zoomAbout([10, 12], [0, 100], 11, 0.5)).toEqual([10, 12]);
  });

  it('tells every chart of the group what to show', () => {
    const group = new ZoomGroup('test');
    const seen: unknown[] = [];
    const leave = group.follow(() => seen.push(group.range));
    group.show([1, 5]);
    leave();
    group.show(undefined);
    expect(seen).toEqual([[1, 5]]);
  });

  it.each([
    ['the ends of all curves', [[0, 50], [10, 90], []], [0, 90]],
    ['room about a single step', [[7]], [6, 8]],
    ['something where there is nothing', [[]], [0, 1]],
  ])('spans %s', (_, curves, extent) => {
    const group = new ZoomGroup('test');
    group.setSteps(curves);
    expect(group.extent).toEqual(extent);
  });
});
