import { describe, expect, it } from 'vitest';

import { reportCsv as csvInTurns } from '../../../server/src/ablation/reporting/documents/csv.ts';
import { reportMarkdown as markdownInTurns } from '../../../server/src/ablation/reporting/documents/markdown.ts';
import { atOnce } from '../../../server/src/base/turns.ts';
import type { AblationReport } from '../../../server/src/model/ablation.ts';
import { toWire, wireFileInTurns } from '../../../server/src/protocol/wire.ts';
import { baseline, changed, many, report } from '../../support/reports/exampleReport.ts';

const reportMarkdown = (of: AblationReport): string => atOnce(markdownInTurns(of));
const reportCsv = (of: AblationReport): string => atOnce(csvInTurns(of));

describe('the report in Markdown', () => {
  it('is a document', () => {
    expect(reportMarkdown(report)).toBe(`# Ablation: without kl

Config: \`train.yaml\` · state: running · 2 of 3 runs ended

## Verdict

- KL is working: loss/rec rises 0.4 → 0.52 (2 of 2 seeds).

## Metrics

Means over the last tenth of the steps.

| metric | better | baseline | without kl |
| --- | --- | --- | --- |
| \`loss/rec\` | lower | 0.4 | 0.52 (+0.12 [+0.05, +0.19], worse) |

## Intervals

| metric | variant | difference | paired t, 95 % | bootstrap, 95 % | p (Holm) |
| --- | --- | --- | --- | --- | --- |
| \`loss/rec\` | without kl | +0.12 | [+0.05, +0.19] | – | 0.02 |

## Why these metrics

- \`loss/rec\`: it is the loss of the term rec

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

  it('has a line a variant where there are many, best first as they come', () => {
    const text = reportMarkdown(many);
    expect(text).toContain('\n\nWhich of them?\n\n');
    expect(text).toContain('| variant | loss/rec, lower is better |');
    expect(text).toContain('| without kl | 0.52 (+0.12 [+0.05, +0.19], worse) |');
    expect(text.match(/^\| [a-d] \|/gm)).toHaveLength(4);
  });

  it('tells a number that is none from a run that has not ended', () => {
    const measures = [{ values: [] }, { values: [0.5, Number.NaN] }];
    const texts = measures.map((measure) => {
      const cells = [{ ...baseline, ...measure, mean: Number.NaN }, changed];
      const rows = report.rows.map((row) => ({ ...row, cells }));
      return reportMarkdown({ ...report, rows });
    });
    expect(texts[0]).toContain('| lower | – | 0.52');
    expect(texts[1]).toContain('| lower | NaN | 0.52');
  });

  it('has a table over the curve where there is one', () => {
    const { variant: _, ...curve } = { ...changed, mean: 0.7 };
    const rows = report.rows.map((row) => ({ ...row, cells: [baseline, { ...changed, curve }] }));
    expect(reportMarkdown({ ...report, rows })).toMatch(
      /## Metrics over the curve\n\nMeans over all steps\.[^#]* 0\.7 \(/,
    );
  });
});

describe('the report as CSV', () => {
  it('has a line for each metric, measure, variant and seed', () => {
    const { variant: _, ...curve } = changed;
    const cells = [baseline, { ...changed, bootstrap: [0.04, 0.2] as [number, number], curve }];
    const rows = report.rows.map((row) => ({ ...row, cells }));
    expect(reportCsv({ ...report, rows })).toBe(
      [
        'metric,better,measure,variant,label,seed,value,mean,difference,low,high,bootstrap_low,bootstrap_high,p_holm,judgement',
        'loss/rec,lower,end,baseline,baseline,0,0.41,0.4,,,,,,,baseline',
        'loss/rec,lower,end,baseline,baseline,1,0.39,0.4,,,,,,,baseline',
        'loss/rec,lower,end,without-kl,without kl,0,0.51,0.52,0.12,0.05,0.19,0.04,0.2,0.02,worse',
        'loss/rec,lower,end,without-kl,without kl,1,0.53,0.52,0.12,0.05,0.19,0.04,0.2,0.02,worse',
        'loss/rec,lower,curve,without-kl,without kl,0,0.51,0.52,0.12,0.05,0.19,,,0.02,worse',
        'loss/rec,lower,curve,without-kl,without kl,1,0.53,0.52,0.12,0.05,0.19,,,0.02,worse',
        '',
      ].join('\n'),
    );
  });

  it('lets no label become a formula of a spreadsheet, and leaves numbers below zero numbers', () => {
    const variants = report.variants.map((variant) => ({ ...variant, label: '=HYPERLINK("x")' }));
    const rows = report.rows.map((row) => ({
      ...row,
      metric: '@loss',
      cells: [{ ...changed, difference: -0.5 }],
    }));
    const [, line] = reportCsv({ ...report, variants, rows }).split('\n');
    expect(line).toBe(
      `'@loss,lower,end,without-kl,"'=HYPERLINK(""x"")",0,0.51,0.52,-0.5,0.05,0.19,,,0.02,worse`,
    );
  });

  it('quotes what would break a line, and leaves empty what is no number', () => {
    const variants: AblationReport['variants'] = report.variants.map((variant) => ({
      ...variant,
      label: 'a, "b"\nc',
    }));
    const cells = [{ ...baseline, values: [Number.NaN, Number.POSITIVE_INFINITY] }];
    const rows = report.rows.map((row) => ({ ...row, cells }));
    const text = reportCsv({ ...report, variants, rows });
    expect(text).toContain('baseline,"a, ""b""\nc",0,,0.4,');
    expect(text).toContain(',1,Inf,0.4,');
  });
});

describe('the report as JSON', () => {
  const cells = [{ ...baseline, mean: Number.NaN, values: [0, Number.POSITIVE_INFINITY] }];
  const broken = report.rows.map((row) => ({ ...row, cells }));
  it.each([
    { name: 'many variants', of: many },
    { name: 'nothing yet', of: { ...report, verdict: [], rows: [], curves: [] } },
    { name: 'no numbers, breaks', of: { ...report, title: 'a\n"b"', rows: broken } },
  ])('is laid out as JSON.stringify does it: $name', ({ of }) => {
    const wanted = JSON.stringify(toWire({ schema: 1, ...of }), null, 2);
    expect(atOnce(wireFileInTurns({ schema: 1, ...of }))).toBe(`${wanted}\n`);
  });
});
