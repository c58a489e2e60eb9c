import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import { usedInSum } from '../../../server/src/discovery/recognizers/usedInSum.ts';
import { findWeighings } from '../../../server/src/discovery/weighings.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';

function discover(text: string, fileName = 'config.yaml') {
  const document = parseConfig(fileName, text);
  if (!document) throw new Error(`no language for ${fileName}`);
  return discoverTerms(document);
}

function weights(text: string, fileName?: string): Readonly<Record<string, number | undefined>> {
  return Object.fromEntries(discover(text, fileName).map(({ name, weight }) => [name, weight]));
}

const flowEdit = `
model:
  transformer:
    editor:
      use_flow_matching: true
      flow_matching:
        velocity_loss_weight: 1.0
        render_loss_weight: 0.02   # L2 and perceptual
        normalize_losses: true
        time_sampling: "uniform"
optimizer: {name: adam, lr: 1.0e-3, weight_decay: 0.01}
`;

describe('the terms of a config', () => {
  test('of flow matching with a render loss', () => {
    const terms = discover(flowEdit);
    expect(terms.map(({ name, weight }) => [name, weight])).toEqual([
      ['velocity', 1],
      ['render', 0.02],
    ]);
    const [velocity] = terms;
    expect(velocity?.path.join('.')).toBe(
      'model.transformer.editor.flow_matching.velocity_loss_weight',
    );
    expect(flowEdit.slice(velocity?.keyRange.start, velocity?.keyRange.end)).toBe(
      'velocity_loss_weight',
    );
    expect(flowEdit.slice(velocity?.valueRange.start, velocity?.valueRange.end)).toBe('1.0');
  });

  test('of a small VAE', () => {
    const text = 'seed: 0\nloss:\n  recon_loss_weight: 1.0\n  kl_weight: 0.5\nlatent: 8\n';
    expect(weights(text)).toEqual({ recon: 1, kl: 0.5 });
  });

  test('of JSON with comments', () => {
    const text = '{"train": {"recon_weight": 1, /* beta */ "kl_weight": 1e-3}}';
    expect(weights(text, 'vae.json')).toEqual({ recon: 1, kl: 1e-3 });
  });
});

describe('what is no loss weight', () => {
  test.each([
    'weight_decay: 0.01',
    'optimizer: {weight_decay: 1.0e-4, lr: 0.1}',
    'class_weight: 2.0',
    'class_weights: [1.0, 2.0]',
    'sampler: {weight: 0.3}',
    'sampler_weights: {a: 1, b: 2}',
    'datasets: [{name: coco, weight: 0.7}]',
    'weights: checkpoints/last.pt',
    'MODEL: {WEIGHTS: "detectron2://R-50.pkl"}',
    'pretrained_weight: best.pth',
    'perceptual_weight: vgg19.pth',
    'use_kl_weight: true',
    'guidance_weight: 7.5',
    'lr: 0.001',
    'gae_lambda: 0.95',
    'clip_coef: 0.2',
    'kl_weight_schedule: linear',
    'recon_loss: l1',
    'w_dim: 512',
    'total_loss_weight: 1.0',
    'kl_weight: true',
    'kl_weight: ~',
    'kl_weight:',
  ])('%s', (text) => {
    expect(discover(`${text}\n`)).toEqual([]);
  });
});

describe('a value that is not a number', () => {
  test('stays a term, without a weight', () => {
    const [term] = discover('render_loss_weight: high\n');
    expect(term).toMatchObject({ name: 'render', weight: undefined, text: 'high' });
  });

  test('is a list where it is a schedule, or one for each scale', () => {
    const [term] = discover('loss:\n  lambda_orient: [0, 10., 1000., 5000] # C\n');
    expect(term).toMatchObject({ weight: undefined, text: '[0, 10., 1000., 5000]' });
  });
});

describe('a reference', () => {
  const to = (path: string): string => `$${'{'}${path}}`;

  test.each([
    ['', '.b', 0.5],
    ['', '..b', undefined],
    ['', 'w[1]', 3],
    ['', 'oc.env:KL,1', undefined],
    ['# @package _global_\n', 'b', 0.5],
    ['# @package model.loss\n', 'model.loss.b', 0.5],
    ['# @package model.loss\n', 'b', undefined],
    ['# @package _group_\n', 'b', undefined],
  ])('below %j to %s is followed within the file only', (head, path, weight) => {
    const text = `${head}kl_weight: ${to(path)}\nb: 0.5\nw: [1, 3]\n`;
    expect(discover(text).find(({ name }) => name === 'kl')?.weight).toBe(weight);
  });

  test('leads to the place where the weight is defined', () => {
    const text = `model:\n  kl_weight: ${to('train.beta')}\ntrain: {beta: 4.0}\n`;
    const [term, ...rest] = discover(text);
    expect(rest).toEqual([]);
    expect(term).toMatchObject({ name: 'kl', path: ['train', 'beta'], weight: 4 });
    expect(text.slice(term?.valueRange.start, term?.valueRange.end)).toBe('4.0');
  });

  test('may count from where it stands, and lead over others', () => {
    const text = `a:\n  kl_weight: "${to('..b.x')}"\nb:\n  x: ${to('.y')}\n  y: 0.5\n`;
    expect(discover(text)).toMatchObject([{ name: 'kl', path: ['b', 'y'], weight: 0.5 }]);
  });

  test.each(['train.kl', 'oc.env:KL,1.0', 'kl_weight'])(
    'out of the file, or in a circle: %s',
    (path) => {
      expect(discover(`kl_weight: ${to(path)}\n`)).toMatchObject([
        { name: 'kl', path: ['kl_weight'], weight: undefined, text: to(path) },
      ]);
    },
  );

  test('to a place that is a weight by itself is found once', () => {
    const text = `loss: {kl_weight: 0.1}\nmodel:\n  kl_weight: ${to('loss.kl_weight')}\n`;
    expect(discover(text)).toMatchObject([{ path: ['loss', 'kl_weight'], weight: 0.1 }]);
  });
});

describe('names', () => {
  test('are told apart by the keys above them', () => {
    const text = 'encoder:\n  kl_weight: 1.0\ndecoder:\n  kl_weight: 2.0\ntv_weight: 3.0\n';
    expect(weights(text)).toEqual({ encoder_kl: 1, decoder_kl: 2, tv: 3 });
  });

  test('are told apart as far up as it takes', () => {
    const text = 'a:\n  net: {kl_weight: 1.0}\nb:\n  net: {kl_weight: 2.0}\n';
    expect(weights(text)).toEqual({ a_net_kl: 1, b_net_kl: 2 });
  });

  test('get a number where nothing tells them apart', () => {
    expect(weights('kl_weight: 1.0\nlambda_kl: 2.0\n')).toEqual({ kl: 1, kl_2: 2 });
    const taken = 'kl_weight: 1.0\nlambda_kl: 2.0\nkl_2_weight: 3.0\nkl_coef: 4.0\n';
    expect(weights(taken)).toEqual({ kl: 1, kl_3: 2, kl_2: 3, kl_4: 4 });
  });
});

test('of a key set twice, the last counts', () => {
  expect(weights('kl_weight: 1.0\nkl_weight: 2.0\n')).toEqual({ kl: 2 });
});

test('however often a weight is used, each of its places is looked at once', () => {
  const places = 'if a:\n    w = 1.5\nelse:\n    w = 2.5\n';
  const document = parseConfig('train.py', places + 'loss = a_loss + w * b_loss\n'.repeat(9));
  const weighings = document ? findWeighings(document) : [];
  expect(weighings).toHaveLength(9);
  expect(document && usedInSum.recognize(document, [], weighings)).toHaveLength(2);
});

test.each([
  ['losses', (index: number) => `x${index}`, 0],
  ['vae', (index: number) => `x${index}_beta`, 10_000],
])(
  'ten thousand keys of one mapping take no long time: %s',
  { timeout: 5000 },
  (name, key, count) => {
    const entries = Array.from({ length: 10_000 }, (_, index) => [key(index), 1.5]);
    const text = JSON.stringify({ [name]: Object.fromEntries(entries) });
    expect(discover(text, 'config.json')).toHaveLength(count);
  },
);

test('a merged mapping is found once, where its numbers stand', () => {
  const text = 'base: &base\n  kl_weight: 0.5\nmodel:\n  <<: *base\n  tv_weight: 2.0\n';
  expect(weights(text)).toEqual({ kl: 0.5, tv: 2 });
});

test('names and paths are unique whatever the config', () => {
  const key = fc.constantFrom(
    'kl_weight',
    'kl_2_weight',
    'loss',
    'weights',
    'w_kl',
    'kl_coef',
    'weight',
    'a',
    '0',
  );
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.double(),
      fc.constantFrom('high', true, null),
      fc.dictionary(key, tie('node')),
      fc.array(tie('node'), { maxLength: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (data) => {
      const terms = discover(JSON.stringify(data), 'config.json');
      const starts = terms.map(({ valueRange }) => valueRange.start);
      expect(new Set(terms.map(({ name }) => name)).size).toBe(terms.length);
      expect(new Set(terms.map(({ path }) => path.join('\n'))).size).toBe(terms.length);
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});
