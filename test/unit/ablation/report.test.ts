import { describe, expect, test } from 'vitest';

import { buildReport, type ReportInput } from '../../../server/src/ablation/report.ts';
import type { ArmResult } from '../../../server/src/ablation/reporting/arms.ts';
import { atOnce } from '../../../server/src/base/turns.ts';
import {
  type AblationRecord,
  type AblationReport,
  ablationReportSchema,
} from '../../../server/src/model/ablation.ts';
import type { AblationRequest } from '../../../server/src/model/ablationRequest.ts';

type Values = Readonly<Record<string, readonly number[]>>;

/** A run whose series are given by their values, at the steps 0, 10, 20, … */
function arm(
  variant: string,
  seed: number,
  values: Values,
  rest: Partial<ArmResult> = {},
): ArmResult {
  const series = new Map(
    Object.entries(values).map(([metric, list]) => [
      metric,
      { steps: list.map((_, at) => at * 10), values: list },
    ]),
  );
  return { runId: `${variant}-${seed}`, variant, seed, state: 'finished', series, ...rest };
}

interface Experiment {
  readonly results: readonly ArmResult[];
  readonly request?: AblationRequest;
  readonly state?: AblationRecord['state'];
  readonly change?: { readonly term: string; readonly from: number; readonly to: number };
  readonly rest?: Partial<ReportInput>;
}

function report({ results, ...options }: Experiment): AblationReport {
  const request: AblationRequest = options.request ?? { kind: 'without', term: 'render' };
  const record: AblationRecord = {
    schema: 1,
    id: 'a1',
    config: 'train.yaml',
    title: 'without render · train.yaml',
    request,
    variants: [
      { id: 'baseline', label: 'baseline', changes: [] },
      {
        id: 'v',
        label: 'without render',
        changes: [options.change ?? { term: 'render', from: 1, to: 0 }],
      },
    ],
    runs: results.map(({ runId, variant, seed, state }) => ({ runId, variant, seed, state })),
    createdAt: 0,
    state: options.state ?? 'finished',
  };
  return atOnce(
    buildReport({
      record,
      results,
      diffs: new Map([['v', '--- a']]),
      terms: ['velocity', 'render'],
      ...options.rest,
    }),
  );
}

const three = [0, 1, 2];

/** What a verdict over several metrics always says. */
function manyMetrics(count: string): string {
  return `${count} metrics moved beyond their 95 % intervals, each judged by itself: one of several may do so by chance. Name the ones that count in ablation.metrics.`;
}

test('pairs that differ both ways are not the same because their mean is zero', () => {
  const results = [1, -1].flatMap((by, seed) => [
    arm('baseline', seed, { psnr: [10, 18] }),
    arm('v', seed, { psnr: [10, 18 + by] }),
  ]);
  const { rows, verdict } = report({ results });
  expect(rows[0]?.cells[1]).toMatchObject({ difference: 0, judgement: 'unclear' });
  expect(verdict).toContain('Within the spread: psnr (0 ± 13 dB).');
});

test('a variant without a finished run has no numbers, and one that ended in NaN has that', () => {
  const baseline = arm('baseline', 0, { psnr: [10, 18] });
  const valuesOf = (variant: ArmResult) =>
    report({ results: [baseline, variant] }).rows[0]?.cells[1]?.values;
  expect(valuesOf(arm('v', 0, { psnr: [10, 18] }, { state: 'running' }))).toEqual([]);
  expect(valuesOf(arm('v', 0, { psnr: [10, Number.NaN] }))).toEqual([Number.NaN]);
});

describe('three seeds', () => {
  const built = report({
    results: three.flatMap((seed) => [
      arm('baseline', seed, {
        psnr: [10, 18.2 + seed / 10],
        'loss/velocity': [1, 0.5 + seed / 100],
        'loss/render': [1, 0.1],
        'loss/total': [2, 0.6],
        'grad/velocity': [3, 1],
      }),
      arm('v', seed, {
        psnr: [10, 15.9 + seed / 8],
        'loss/velocity': [1, 0.5 + (seed === 1 ? 0.02 : 0)],
        'loss/render': [1, 0.4],
        'loss/total': [1, 0.5],
        'grad/velocity': [3, 1],
      }),
    ]),
  });

  test('the rows are the measures of quality, then the losses; never totals or gradients', () => {
    expect(built.rows.map(({ metric, better }) => [metric, better])).toEqual([
      ['psnr', 'higher'],
      ['loss/velocity', 'lower'],
      ['loss/render', 'lower'],
    ]);
  });

  test('a cell is the mean over the seeds, with the paired difference and its interval', () => {
    const [baseline, variant] = built.rows[0]?.cells ?? [];
    expect(baseline?.values).toEqual([18.2, 18.3, 18.4]);
    expect(baseline?.difference).toBeUndefined();
    expect(variant?.mean).toBeCloseTo(16.025, 9);
    expect(variant?.difference).toBeCloseTo(-2.275, 9);
    // Differences −2.3, −2.275, −2.25: s = 0.025, t(0.975, 2) = 4.30265.
    expect(variant?.interval?.[0]).toBeCloseTo(-2.275 - (4.30265 * 0.025) / Math.sqrt(3), 5);
    expect(variant?.judgement).toBe('worse');
    const [low = Number.NaN, high = Number.NaN] = variant?.bootstrap ?? [];
    expect(low).toBeLessThan(-2.275);
    expect(high).toBeGreaterThan(-2.275);
  });

  test('the same over the curve, by the mean over all steps', () => {
    const [baseline, variant] = built.rows[0]?.cells ?? [];
    expect(baseline?.curve?.values).toEqual([14.1, 14.15, 14.2]);
    expect(variant?.curve?.difference).toBeCloseTo(-2.275 / 2, 9);
    expect(variant?.curve?.judgement).toBe('worse');
  });

  test('each row says why it is there', () => {
    expect(built.rows.map(({ reason }) => reason)).toEqual([
      'its name says that it measures quality (psnr)',
      'it is the loss of the term velocity',
      'it is the loss of the term render',
    ]);
    expect(built.chosenBy).toBe('rules');
    expect(built.available).toContain('grad/velocity');
  });

  test('the verdict names what is decided and what is not', () => {
    expect(built.verdict).toEqual([
      'render is working: without it psnr falls 18.3 → 16 (−2.275 ± 0.062 dB, 3 of 3 seeds).',
      'Without it, loss/render rises 0.1 → 0.4 (+0.3 ± 0, 3 of 3 seeds): that is worse.',
      'Not decided: loss/velocity (−0.003 ± 0.038; more than 50 more seeds would be needed).',
      'The seeds that would be needed are for a power of 80 %, were the true difference the one seen: with few seeds that is a rough guess.',
      manyMetrics('2 of 3'),
      'loss/total is not compared: arms with different weights have no common scale for it.',
    ]);
  });

  test('it is a report by the schema, with diffs and curves', () => {
    expect(ablationReportSchema.parse(built)).toEqual(built);
    expect(built.variants.map(({ diff }) => diff)).toEqual(['', '--- a']);
    expect(built.curves).toHaveLength(3 * 6);
    expect(built.curves[0]).toEqual({
      metric: 'psnr',
      variant: 'baseline',
      seed: 0,
      steps: [0, 10],
      values: [10, 18.2],
    });
  });
});

describe('one seed', () => {
  test('gives the numbers and says that they may be chance', () => {
    const { verdict, rows } = report({
      results: [arm('baseline', 0, { psnr: [18.24] }), arm('v', 0, { psnr: [17.93] })],
    });
    expect(verdict).toEqual([
      'One seed: without render, psnr falls 18.2 → 17.9 (−0.31 dB).',
      'One run a variant cannot tell this from chance: give two seeds or more.',
    ]);
    expect(rows[0]?.cells[1]?.interval).toBeUndefined();
  });

  test.each<[AblationRequest, string]>([
    [{ kind: 'only', term: 'render' }, 'One seed: with render alone, psnr stays at 3.'],
    [{ kind: 'scale', term: 'render', value: 2 }, 'One seed: with render ×2, psnr stays at 3.'],
    [{ kind: 'set', term: 'render', value: 0.5 }, 'One seed: with render = 0.5, psnr stays at 3.'],
  ])('%j', (request, sentence) => {
    const arms = ['baseline', 'v'].map((variant, at) =>
      arm(variant, 0, { psnr: [3], 'loss/velocity': [at] }),
    );
    const { verdict } = report({ results: arms, request, rest: { metrics: ['psnr'] } });
    expect(verdict[0]).toBe(sentence);
  });
});

describe('what is better without the term is its price', () => {
  test('two seeds', () => {
    const { verdict } = report({
      results: [0, 1].flatMap((seed) => [
        arm('baseline', seed, { 'val/acc': [0.8 + seed / 1000] }),
        arm('v', seed, { 'val/acc': [0.9] }),
      ]),
    });
    expect(verdict).toEqual([
      'render has a price: without it val/acc rises 0.8 → 0.9 (+0.0995 ± 0.0064, 2 of 2 seeds).',
    ]);
  });

  test('and what it is good for is said first', () => {
    const { verdict } = report({
      results: [0, 1].flatMap((seed) => [
        arm('baseline', seed, { psnr: [18 + seed / 1000], 'loss/render': [0.2] }),
        arm('v', seed, { psnr: [19], 'loss/render': [0.4] }),
      ]),
    });
    expect(verdict).toEqual([
      'render is working: without it loss/render rises 0.2 → 0.4 (+0.2 ± 0, 2 of 2 seeds).',
      'render has a price: without it psnr rises 18 → 19 (+0.9995 ± 0.0064 dB, 2 of 2 seeds).',
      manyMetrics('2 of 2'),
    ]);
  });

  test('not decided at all', () => {
    const { verdict } = report({
      results: [0, 1].flatMap((seed) => [
        arm('baseline', seed, { psnr: [18] }),
        arm('v', seed, { psnr: [18 + (seed - 0.4) / 10] }),
      ]),
    });
    expect(verdict).toEqual([
      'Not decided: without render, no metric moves beyond the spread of the seeds.',
      'Within the spread: psnr (+0.01 ± 0.64 dB; more than 50 more seeds would be needed).',
      'The seeds that would be needed are for a power of 80 %, were the true difference the one seen: with few seeds that is a rough guess.',
    ]);
  });
});

describe('weights that reach nothing', () => {
  test('identical runs', () => {
    const values = { 'loss/velocity': [1, 0.5], 'loss/total': [2, 1] };
    const { verdict, variants } = report({
      results: [
        arm('baseline', 0, { ...values, 'weight/render': [1, 1], 'time/step_ms': [4, 5] }),
        arm('v', 0, { ...values, 'weight/render': [0, 0], 'time/step_ms': [5, 4] }),
      ],
    });
    expect(verdict[0]).toMatch(/identical to the last bit .*weight is probably not wired/);
    expect(variants.map(({ likeness }) => likeness)).toEqual([undefined, 'identical']);
  });

  test('only the total differs', () => {
    const { verdict, variants } = report({
      results: [
        arm('baseline', 0, { 'loss/velocity': [1, 0.5], 'loss/total': [2, 1] }),
        arm('v', 0, { 'loss/velocity': [1, 0.5], 'loss/total': [1, 0.5] }),
      ],
    });
    expect(verdict[0]).toMatch(/^Only the total differs .*does not reach the parameters/);
    expect(variants[1]?.likeness).toBe('total only');
  });
});

describe('runs that went wrong', () => {
  test('are named and left out of the numbers, but their curves are drawn', () => {
    const built = report({
      results: [
        arm('baseline', 0, { psnr: [18] }),
        arm(
          'v',
          0,
          { psnr: [17] },
          { state: 'failed', reason: 'Exit code 3.\nTraceback\nKeyError: x' },
        ),
        arm('baseline', 1, { psnr: [18] }, { state: 'cancelled' }),
        arm('v', 1, { psnr: [17] }),
      ],
    });
    expect(built.verdict).toEqual([
      'There is no finished pair of runs to compare.',
      'without render, seed 0 failed and is left out: Exit code 3. … KeyError: x',
      'baseline, seed 1 was cancelled and is left out.',
    ]);
    expect(built.rows[0]?.cells[1]?.values).toEqual([Number.NaN, 17]);
    expect(built.curves).toHaveLength(4);
    expect(built.runs[1]?.reason).toBe('Exit code 3.\nTraceback\nKeyError: x');
  });

  test('NaN is named with its step', () => {
    const { verdict } = report({
      results: [
        arm('baseline', 0, { 'loss/velocity': [1, 0.5], psnr: [3, 4] }),
        arm('v', 0, { 'loss/velocity': [1, Number.NaN], psnr: [3, Number.NaN] }),
      ],
    });
    expect(verdict).toEqual([
      'No metric has a finite number at the end of both arms.',
      'without render, seed 0: psnr is NaN or infinite at step 10 (1 other metric too).',
    ]);
  });

  test('while it runs, the report says how far it is', () => {
    const { verdict } = report({
      state: 'running',
      results: [arm('baseline', 0, { psnr: [18] }), arm('v', 0, {}, { state: 'running' })],
    });
    expect(verdict[0]).toBe('1 of 2 runs have ended; this is not the last word.');
  });

  test('arms that trained for different times are told apart', () => {
    const { verdict } = report({
      results: [arm('baseline', 0, { psnr: [1, 2, 3] }), arm('v', 0, { psnr: [1, 2] })],
    });
    expect(verdict.at(-1)).toMatch(/ended at different steps \(10 to 20\)/);
  });
});

describe('a loss whose number follows its weight', () => {
  const arms = (last: number): readonly ArmResult[] => [
    arm('baseline', 0, { velocity_loss: [1, 0.5], render_loss: [1, 0.4] }),
    arm('v', 0, { velocity_loss: [1, 0.6], render_loss: [last, last] }),
  ];
  const metricsOf = (built: AblationReport): readonly string[] =>
    built.rows.map(({ metric }) => metric);

  test('is dropped where it is known to be weighted', () => {
    const termMetrics = new Map([
      ['render', { metric: 'render_loss', scale: 'weighted' as const }],
    ]);
    const built = report({ results: arms(0.2), rest: { termMetrics } });
    expect(metricsOf(built)).toEqual(['velocity_loss']);
    expect(built.verdict.at(-1)).toMatch(/^render_loss is logged with its weight in it/);
  });

  test('is dropped where it is 0 throughout with a weight of 0', () => {
    const built = report({ results: arms(0) });
    expect(metricsOf(built)).toEqual(['velocity_loss']);
    expect(built.verdict.at(-1)).toMatch(/^render_loss is 0 throughout without render/);
  });

  test('is raw where it is not 0 although its weight is', () => {
    expect(metricsOf(report({ results: arms(0.2) }))).toEqual(['velocity_loss', 'render_loss']);
  });

  test('comes with a doubt where nothing tells', () => {
    const built = report({
      results: arms(0.2),
      request: { kind: 'scale', term: 'render', value: 2 },
      change: { term: 'render', from: 1, to: 2 },
    });
    expect(metricsOf(built)).toEqual(['velocity_loss', 'render_loss']);
    expect(built.verdict.at(-1)).toMatch(/^It is not known .* terms\.render\.scale/);
  });
});
