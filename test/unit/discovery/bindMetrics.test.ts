import { describe, expect, test } from 'vitest';

import { type BindableTerm, bindTerms } from '../../../server/src/discovery/bindMetrics.ts';
import type { ProjectFile } from '../../../server/src/model/projectFile.ts';

const vae: readonly BindableTerm[] = [
  { name: 'recon', weight: 1 },
  { name: 'kl', weight: 0.1 },
];

function bind(
  metrics: Readonly<Record<string, readonly number[]>>,
  terms: readonly BindableTerm[] = vae,
  project?: ProjectFile,
) {
  return bindTerms(terms, Object.keys(metrics), project, (metric) => metrics[metric]);
}

function lossOf(metrics: readonly string[], term: string): string | undefined {
  const terms = [{ name: term, weight: 1 }];
  return bindTerms(terms, metrics, undefined, () => undefined).terms.get(term)?.loss;
}

describe('the metric of a loss', () => {
  test.each([
    'loss/kl',
    'kl_loss',
    'loss_kl',
    'train/kl_loss',
    'train/loss_kl',
    'train_loss/kl',
    'losses/kl',
    'Loss/kl',
    'Loss/KL',
    'train.loss.kl',
    'klLoss',
    'kl_loss_step',
    'KLLoss',
    'kl',
    'train/kl',
    'val/kl_loss',
    'kld_loss',
    'loss/kl_divergence',
    'loss/g/kl',
    'l_g_kl',
    'G_KL',
    'train/loss_gen_kl',
    'loss_dict/kl',
    'metrics/train/kl_loss',
    'loss_terms/kl',
    'kl_loss_epoch',
    'val_kl_loss',
  ])('%s', (metric) => {
    expect(lossOf(['lr', 'epoch', 'loss/recon', 'kl_weight', metric], 'kl')).toBe(metric);
  });

  test.each([
    'weight/kl',
    'grad/kl',
    'grad_norm/kl',
    'kl_weight',
    'cos/kl~recon',
    'grad_share/kl',
    'value_share/kl',
    'lr/kl',
    'loss/kl_recon',
    'loss/klm',
    'loss/d/kl',
    'D_kl',
  ])('is not %s', (metric) => {
    expect(lossOf([metric], 'kl')).toBeUndefined();
  });

  test.each([
    { metrics: ['val/kl_loss', 'train/kl_loss'], best: 'train/kl_loss' },
    { metrics: ['kl', 'kl_loss'], best: 'kl_loss' },
    { metrics: ['train/kl_loss_epoch', 'train/kl_loss_step'], best: 'train/kl_loss_step' },
    { metrics: ['loss_kl', 'loss_kl_weighted'], best: 'loss_kl' },
    { metrics: ['kld_loss', 'kl_loss'], best: 'kl_loss' },
    { metrics: ['train/kl_loss', 'loss/kl'], best: 'loss/kl' },
  ])('of $metrics is $best', ({ metrics, best }) => {
    expect(lossOf(metrics, 'kl')).toBe(best);
  });

  test('of one network of two is not that of a term with its letter', () => {
    expect(lossOf(['G_A', 'cycle_A'], 'a')).toBeUndefined();
  });

  test('of another term is left to it', () => {
    const terms = [
      { name: 'rec', weight: 1 },
      { name: 'recon', weight: 1 },
    ];
    const bound = bindTerms(terms, ['loss/recon'], undefined, () => undefined).terms;
    expect(bound.get('recon')?.loss).toBe('loss/recon');
    expect(bound.get('rec')?.loss).toBeUndefined();
    expect(bound.get('rec')).toMatchObject({ confidence: 0, scale: 'unknown' });
  });
});

describe('the metric of a gradient', () => {
  test.each(['grad/kl', 'grad_norm/kl', 'kl_grad_norm', 'gradients/kl', 'gradnorm_kl'])(
    '%s',
    (metric) => {
      expect(bind({ [metric]: [] }).terms.get('kl')?.gradient).toBe(metric);
    },
  );

  test.each(['grad_weighted/kl', 'kl', 'kl_loss', 'grad_share/kl', 'grad/kl@encoder'])(
    'is not %s',
    (metric) => {
      expect(bind({ [metric]: [] }).terms.get('kl')?.gradient).toBeUndefined();
    },
  );
});

test.each([
  { metrics: ['train/kl_loss', 'train/loss'], total: 'train/loss' },
  { metrics: ['val/total_loss', 'train/total_loss'], total: 'train/total_loss' },
  { metrics: ['loss', 'loss/total'], total: 'loss/total' },
  { metrics: ['Loss/train', 'lr'], total: 'Loss/train' },
  { metrics: ['lr', 'total', 'acc'], total: undefined },
])('the total of $metrics is $total', ({ metrics, total }) => {
  expect(bindTerms(vae, metrics, undefined, () => undefined).total).toBe(total);
});

describe('the scale', () => {
  const recon = [2, 1.5, 1.2, 1.1];
  const kl = [3, 4, 5, 6];
  const sum = (weight: number) => recon.map((value, step) => value + weight * (kl[step] ?? 0));
  const scaleOfKl = (...from: Parameters<typeof bind>) => bind(...from).terms.get('kl')?.scale;

  test('is raw where the weighted sum is the total', () => {
    expect(scaleOfKl({ recon_loss: recon, kl_loss: kl, loss: sum(0.1) })).toBe('raw');
  });

  test('is weighted where the plain sum is the total', () => {
    expect(scaleOfKl({ recon_loss: recon, kl_loss: kl, loss: sum(1) })).toBe('weighted');
  });

  test('is raw for a weight of 1 in any case', () => {
    const bound = bind({ recon_loss: recon, kl_loss: kl, loss: sum(1) });
    expect(bound.terms.get('recon')?.scale).toBe('raw');
  });

  test('is found in logs rounded to three digits', () => {
    const round = (values: readonly number[]) => values.map((value) => Number(value.toFixed(2)));
    expect(scaleOfKl({ recon_loss: recon, kl_loss: kl, loss: round(sum(0.1)) })).toBe('raw');
  });

  test.each([
    { title: 'no total', metrics: { recon_loss: recon, kl_loss: kl } },
    { title: 'one term is not logged', metrics: { kl_loss: kl, loss: sum(0.1) } },
    { title: 'neither sum fits', metrics: { recon_loss: recon, kl_loss: kl, loss: sum(0.5) } },
    { title: 'too few values', metrics: { recon_loss: [2], kl_loss: [3], loss: [2.3] } },
    {
      title: 'the term is too small to tell',
      metrics: { recon_loss: recon, kl_loss: [1e-4, 1e-4, 1e-4, 1e-4], loss: recon },
    },
  ])('is unknown where $title', ({ metrics }) => {
    const { scale, because } = bind(metrics).terms.get('kl') ?? {};
    expect(scale).toBe('unknown');
    expect(because).toContain('scale unknown');
  });

  test('is raw where all weights are 1', () => {
    const terms = vae.map(({ name }) => ({ name, weight: 1 }));
    expect(scaleOfKl({ recon_loss: recon, kl_loss: kl }, terms)).toBe('raw');
  });

  test('is what the name says', () => {
    expect(scaleOfKl({ loss_kl_unscaled: kl })).toBe('raw');
    expect(scaleOfKl({ loss_kl_weighted: kl })).toBe('weighted');
  });

  test('is raw in our own vocabulary', () => {
    expect(scaleOfKl({ 'loss/kl': kl, 'weight/kl': [0.1] })).toBe('raw');
  });

  test('is what counterweight.yaml says before all else', () => {
    const project: ProjectFile = { terms: { kl: { scale: 'weighted' } } };
    const metrics = { recon_loss: recon, kl_loss: kl, loss: sum(0.1) };
    expect(scaleOfKl(metrics, vae, project)).toBe('weighted');
  });
});

test('counterweight.yaml names metrics, also those that have not appeared yet', () => {
  const project: ProjectFile = {
    total: 'objective',
    terms: { kl: { metric: 'divergence', gradient: 'g_div' } },
  };
  const bound = bind({ kl_loss: [1] }, vae, project);
  expect(bound.total).toBe('objective');
  expect(bound.terms.get('kl')).toMatchObject({
    loss: 'divergence',
    gradient: 'g_div',
    confidence: 1,
    because: expect.stringContaining('counterweight.yaml names it'),
  });
});
