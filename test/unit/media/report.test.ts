import { describe, expect, it } from 'vitest';

import { cellText } from '../../../media/src/panels/report/cellText.ts';
import {
  calloutsOf,
  chartsOf,
  curvesNote,
  hasManyVariants,
  intervalsNote,
  progressOf,
  reduceReport,
} from '../../../media/src/panels/report/state.ts';
import { baseline, changed, curveOf, many, report } from '../../support/reports/exampleReport.ts';

describe('cellText', () => {
  it('tells mean, difference with its interval, and the way', () => {
    expect(cellText(changed)).toEqual({
      mean: '0.52',
      difference: '+0.12 [+0.05, +0.19]',
      bootstrap: '',
      needed: '',
      judgement: 'worse',
      word: 'worse',
    });
  });

  it('tells no difference of the baseline', () => {
    expect(cellText(baseline)).toMatchObject({ mean: '0.4', difference: '', word: '' });
  });

  it('tells the bootstrap, and the seeds that would decide', () => {
    const open = { ...changed, judgement: 'unclear' as const, moreSeeds: 12 };
    expect(cellText({ ...open, bootstrap: [-0.02, 0.26] })).toMatchObject({
      bootstrap: 'bootstrap [−0.02, +0.26]',
      needed: 'about 12 more seeds would be needed',
      word: 'not clear',
    });
    expect(cellText({ ...open, moreSeeds: 1 }).needed).toBe('about 1 more seed would be needed');
    expect(cellText({ ...open, moreSeeds: 'many' }).needed).toBe(
      'more than 50 more seeds would be needed',
    );
  });

  it('has no mean where no run has got that far', () => {
    expect(cellText({ ...baseline, mean: Number.NaN, values: [] }).mean).toBe('–');
  });
});

describe('the report', () => {
  it('replaces the one before', () => {
    expect(reduceReport(undefined, { type: 'report', report })).toBe(report);
  });

  it('counts the runs that have ended', () => {
    expect(progressOf(report)).toEqual({ done: 2, total: 3 });
  });

  it('has a chart a metric, in the order of the table, and a colour a variant', () => {
    const charts = chartsOf(report);
    expect(charts.map(({ metric }) => metric)).toEqual(['loss/rec', 'loss/kl']);
    expect(charts[0]?.curves.map(({ label, color }) => [label, color])).toEqual([
      ['baseline', 0],
      ['without kl', 1],
    ]);
  });

  it('joins the seeds of a variant in the legend', () => {
    const curves = [curveOf('loss/kl', 'baseline', 0), curveOf('loss/kl', 'baseline', 1)];
    expect(chartsOf({ ...report, curves })[0]?.curves).toMatchObject([
      { label: 'baseline · seed 0', entry: 'baseline', faint: true },
      { label: 'baseline · seed 1', entry: 'baseline', faint: true },
    ]);
  });
});

describe('a report of many variants', () => {
  it('has a line a variant', () => {
    expect(hasManyVariants(report)).toBe(false);
    expect(hasManyVariants(many)).toBe(true);
  });

  it('says which curves it draws where it draws some of them', () => {
    expect(curvesNote(report)).toBe('');
    expect(curvesNote(many)).toBe('The baseline and the best by loss/rec: 1 of 5 variants.');
  });
});

describe('what stands beside the table', () => {
  it('says from how many seeds on there is a bootstrap', () => {
    expect(intervalsNote(report, 'end')).toMatch(/last tenth.*a bootstrap takes three seeds/);
    const cells = [baseline, { ...changed, bootstrap: [0.04, 0.2] as [number, number] }];
    const rows = report.rows.map((row) => ({ ...row, cells }));
    expect(intervalsNote({ ...report, rows }, 'end')).toMatch(/below it by the beta bootstrap t/);
  });

  it('says that one seed has no interval', () => {
    const { interval: _, ...alone } = changed;
    const rows = report.rows.map((row) => ({ ...row, cells: [baseline, alone] }));
    expect(intervalsNote({ ...report, rows, seeds: [0] }, 'end')).toMatch(
      /One seed has no interval/,
    );
  });

  it('calls out variants that train as the baseline does', () => {
    expect(calloutsOf(report)).toEqual([]);
    const variants = report.variants.map((variant, at) =>
      at === 1 ? { ...variant, likeness: 'identical' as const } : variant,
    );
    expect(calloutsOf({ ...report, variants })).toEqual([
      'without kl: every number is that of the baseline, to the last bit. What it changes reaches nothing that is trained or measured.',
    ]);
  });
});
