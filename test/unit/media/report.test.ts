import { describe, expect, it } from 'vitest';

import { cellText } from '../../../media/src/panels/report/cellText.ts';
import { reportMarkdown } from '../../../media/src/panels/report/markdown.ts';
import {
  chartsOf,
  curvesNote,
  hasManyVariants,
  judge,
  progressOf,
  type Report,
  type ReportCell,
  type ReportRow,
  reduceReport,
} from '../../../media/src/panels/report/state.ts';

const baseline: ReportCell = { variant: 'baseline', mean: 0.4, values: [0.41, 0.39] };
const changed: ReportCell = {
  variant: 'without-kl',
  mean: 0.52,
  values: [0.51, 0.53],
  difference: 0.12,
  interval: [0.05, 0.19],
};
const row: ReportRow = { metric: 'loss/rec', better: 'lower', cells: [baseline, changed] };

function curveOf(metric: string, variant: string, seed: number): Report['curves'][number] {
  return { metric, variant, seed, steps: [0, 1], values: [1, seed] };
}

const report: Report = {
  id: 'x',
  title: 'Ablation: without kl',
  config: 'train.yaml',
  state: 'running',
  verdict: ['KL is working: loss/rec rises 0.4 → 0.52 (2 of 2 seeds).'],
  variants: [
    { id: 'baseline', label: 'baseline', changes: [], diff: '' },
    {
      id: 'without-kl',
      label: 'without kl',
      changes: [{ term: 'kl', from: 1, to: 0 }],
      diff: '-kl_weight: 1\n+kl_weight: 0\n',
    },
  ],
  rows: [row],
  curves: [
    curveOf('loss/kl', 'baseline', 0),
    curveOf('loss/rec', 'baseline', 0),
    curveOf('loss/rec', 'without-kl', 0),
  ],
  runs: [
    { runId: 'r0', variant: 'baseline', seed: 0, state: 'finished' },
    {
      runId: 'r1',
      variant: 'without-kl',
      seed: 0,
      state: 'failed',
      reason: 'exit code 1 | no\ndata',
    },
    { runId: 'r2', variant: 'without-kl', seed: 1, state: 'queued' },
  ],
};

describe('judge', () => {
  it.each([
    ['baseline', row, baseline],
    ['worse', row, changed],
    ['better', { ...row, better: 'higher' as const }, changed],
    ['unknown', { ...row, better: 'unknown' as const }, changed],
    ['unclear', row, { ...changed, interval: [-0.01, 0.25] as [number, number] }],
    ['unclear', row, { ...changed, adjusted: 0.06 }],
    ['worse', row, { ...changed, adjusted: 0.05 }],
    ['same', row, { ...changed, difference: 0 }],
    ['unknown', row, { ...changed, difference: Number.NaN }],
  ])('says %s', (expected, given, cell) => {
    expect(judge(given, cell)).toBe(expected);
  });
});

describe('cellText', () => {
  it('tells mean, difference with its interval, and the way', () => {
    expect(cellText(row, changed)).toEqual({
      mean: '0.52',
      difference: '+0.12 [+0.05, +0.19]',
      judgement: 'worse',
      word: 'worse',
    });
  });

  it('tells no difference of the baseline', () => {
    expect(cellText(row, baseline)).toMatchObject({ mean: '0.4', difference: '', word: '' });
  });

  it('has no mean where no run has got that far', () => {
    expect(cellText(row, { ...baseline, mean: Number.NaN, values: [] }).mean).toBe('–');
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

describe('reportMarkdown', () => {
  it('is the report as a document', () => {
    expect(reportMarkdown(report)).toBe(`# Ablation: without kl

Config: \`train.yaml\` · state: running · 2 of 3 runs ended

## Verdict

- KL is working: loss/rec rises 0.4 → 0.52 (2 of 2 seeds).

## Metrics

| metric | better | baseline | without kl |
| --- | --- | --- | --- |
| \`loss/rec\` | lower | 0.4 | 0.52 (+0.12 [+0.05, +0.19], worse) |

## Changes to the config

### without kl

\`\`\`diff
-kl_weight: 1
+kl_weight: 0
\`\`\`

## Runs

| variant | seed | run | state | reason |
| --- | --- | --- | --- | --- |
| baseline | 0 | \`r0\` | finished |  |
| without kl | 0 | \`r1\` | failed | exit code 1 \\| no data |
| without kl | 1 | \`r2\` | queued |  |
`);
  });

  it('fences a diff that holds fences itself', () => {
    const variants = report.variants.map((variant) => ({ ...variant, diff: '+```\n+evil\n+```' }));
    expect(reportMarkdown({ ...report, variants })).toContain('````diff\n+```\n+evil\n+```\n````');
  });

  it('lets no title become markup', () => {
    expect(reportMarkdown({ ...report, title: '<b>*x*</b>' })).toContain(
      '# \\<b\\>\\*x\\*\\</b\\>',
    );
  });
});

describe('a report of many variants', () => {
  const labels = ['a', 'b', 'c', 'd'];
  const many: Report = {
    ...report,
    question: 'Which of them?',
    variants: [
      ...report.variants,
      ...labels.map((label) => ({ id: label, label, changes: [], diff: '' })),
    ],
  };

  it('has a line a variant, best first as they come, in Markdown too', () => {
    expect(hasManyVariants(report)).toBe(false);
    expect(hasManyVariants(many)).toBe(true);
    const text = reportMarkdown(many);
    expect(text).toContain('\n\nWhich of them?\n\n');
    expect(text).toContain('| variant | loss/rec, lower is better |');
    expect(text).toContain('| without kl | 0.52 (+0.12 [+0.05, +0.19], worse) |');
    expect(text.match(/^\| [a-d] \|/gm)).toHaveLength(4);
  });

  it('says which curves it draws where it draws some of them', () => {
    expect(curvesNote(report)).toBe('');
    expect(curvesNote(many)).toBe('The baseline and the best by loss/rec: 1 of 5 variants.');
  });
});
