import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { finalValue } from '../../../server/src/ablation/reporting/comparison.ts';
import { reduceCurve } from '../../../server/src/ablation/reporting/curves.ts';
import { chooseMetrics } from '../../../server/src/ablation/reporting/metricChoice.ts';
import {
  directionOf,
  isAdministrative,
  isTotal,
} from '../../../server/src/ablation/reporting/metricKind.ts';
import { formatNumber, formatPair } from '../../../server/src/ablation/reporting/wording.ts';

test.each([
  ['psnr', 'higher'],
  ['val/top1_acc', 'higher'],
  ['metrics/mAP50-95', 'unknown'],
  ['bbox_mAP', 'higher'],
  ['flow/cos', 'higher'],
  ['flow/nmse', 'lower'],
  ['flow/cond_gain_nmse', 'higher'],
  ['face/judge_cosine', 'higher'],
  ['face/verification_rate', 'higher'],
  ['valLoss', 'lower'],
  ['val_error', 'lower'],
  ['mu/abs_mean', 'unknown'],
])('%s: %s is better', (metric, better) => {
  expect(directionOf(metric)).toBe(better);
});

test.each([
  'loss',
  'loss/total',
  'total_loss',
  'train/loss',
  'val_loss',
  'train_loss_epoch',
  'Loss/test',
])('%s sums the losses', (metric) => expect(isTotal(metric)).toBe(true));

test.each(['loss/render', 'val/recon_loss', 'psnr', 'train'])('%s does not', (metric) => {
  expect(isTotal(metric)).toBe(false);
});

test.each([
  'grad/kl',
  'lr',
  'lr-Adam',
  'weight/kl',
  'time/step_ms',
  'cos/a~b',
  'cos_halves/a~b',
  'norm_test/a',
  'activation/editor.1/rms',
  'epoch',
  'global_step',
])('%s is no result', (metric) => expect(isAdministrative(metric)).toBe(true));

describe('the choice of metrics', () => {
  const available = [
    'total_loss',
    'kl_loss',
    'train/recon_loss',
    'val_loss',
    'val/recon_loss',
    'psnr',
    'flow/nmse_t3',
    'mu/abs_mean',
    'epoch',
    'grad/kl',
  ];

  test('quality, then the losses, then what shows a KL at work', () => {
    const chosen = chooseMetrics({ terms: ['recon', 'kl'], available });
    expect(chosen.map(({ metric }) => metric)).toEqual([
      'psnr',
      'val/recon_loss',
      'train/recon_loss',
      'kl_loss',
      'mu/abs_mean',
    ]);
    expect(chosen[3]).toEqual({
      metric: 'kl_loss',
      better: 'lower',
      reason: 'it is the loss of the term kl',
      term: 'kl',
      scale: 'unknown',
    });
    expect(chosen.map(({ reason }) => reason).slice(0, 2)).toEqual([
      'its name says that it measures quality (psnr)',
      'its name says that it is measured on held-out data (val)',
    ]);
  });

  test('the bound name of a loss wins over a guess', () => {
    const termMetrics = new Map([['kl', { metric: 'kl_raw', scale: 'raw' as const }]]);
    const [chosen] = chooseMetrics({
      terms: ['kl'],
      available: ['kl_loss', 'kl_raw'],
      termMetrics,
    });
    expect(chosen).toMatchObject({ metric: 'kl_raw', better: 'lower', term: 'kl', scale: 'raw' });
  });

  test('a choice of the user is kept as it is', () => {
    const chosen = chooseMetrics({ terms: ['kl'], available, chosen: ['total_loss', 'kl_loss'] });
    expect(chosen.map(({ metric, term }) => [metric, term])).toEqual([
      ['total_loss', undefined],
      ['kl_loss', 'kl'],
    ]);
  });

  test('many measures leave room for the losses', () => {
    const many = Array.from({ length: 20 }, (_, at) => `val/acc_${at}`);
    const chosen = chooseMetrics({ terms: ['kl'], available: [...many, 'kl_loss'] });
    expect(chosen).toHaveLength(8);
    expect(chosen.at(-1)?.metric).toBe('kl_loss');
  });

  test('where nothing is known, whatever is a result', () => {
    const chosen = chooseMetrics({ terms: [], available: ['reward', 'lr', 'loss'] });
    expect(chosen.map(({ metric }) => metric)).toEqual(['reward']);
  });
});

test('the end of a run is its last tenth, one point at least', () => {
  const values = Array.from({ length: 20 }, (_, at) => at);
  expect(finalValue({ steps: values, values })).toBe(18.5);
  expect(finalValue({ steps: [1], values: [7] })).toBe(7);
  expect(finalValue({ steps: [], values: [] })).toBeUndefined();
  expect(finalValue({ steps: [1], values: [Number.POSITIVE_INFINITY] })).toBeNaN();
});

test('what a run that was taken up again had done past that point is no part of its end', () => {
  const steps = [...Array.from({ length: 19 }, (_, at) => at), 17, 18, 19];
  const values = [...Array.from({ length: 19 }, () => 1000), 1, 2, 3];
  const series = { steps, values, sessions: [0, 19], sessionSteps: [0, 17] };
  expect(finalValue(series)).toBe(2.5);
  const before = { steps: [0, 1, 2, 1], values: [9, 9, Number.NaN, 4] };
  expect(finalValue({ ...before, sessions: [0, 3], sessionSteps: [0, 1] })).toBe(4);
});

test('a reduced curve keeps order, extremes and gaps', () => {
  const value = fc.oneof(fc.double({ noNaN: true }), fc.constant(Number.NaN));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 300 }), (values) => {
      const steps = values.map((_, at) => at);
      const reduced = reduceCurve({ steps, values }, 40);
      expect(reduced.steps.length).toBeLessThanOrEqual(Math.max(40, 0));
      expect(reduced.steps).toEqual(reduced.steps.toSorted((a, b) => a - b));
      expect(reduced.values).toEqual(reduced.steps.map((at) => values[at]));
      expect(reduced.values.some(Number.isNaN)).toBe(values.some(Number.isNaN));
      const numbers = values.filter((one) => !Number.isNaN(one));
      if (numbers.length > 0)
        expect(Math.max(...reduced.values.filter((one) => !Number.isNaN(one)))).toBe(
          Math.max(...numbers),
        );
    }),
  );
});

test.each([
  [0, '0'],
  [18.249, '18.2'],
  [-0.02, '−0.02'],
  [1.5e-7, '1.50e−7'],
  [1234567, '1.23e+6'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '−∞'],
])('%d is written %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test('two numbers get as many digits as tell them apart', () => {
  expect(formatPair(18.2041, 18.2069)).toEqual(['18.204', '18.207']);
  expect(formatPair(5, 5)).toEqual(['5', '5']);
});
