import { expect, test } from 'vitest';

import { readAblationRequest } from '../../../server/src/cli/ablationOptions.ts';
import { ablationRequestSchema } from '../../../server/src/model/ablationRequest.ts';

type Given = Parameters<typeof readAblationRequest>[0];

test.each<[Given, unknown]>([
  [{}, undefined],
  [
    { ready: 'modes', seeds: '0, 1' },
    { kind: 'ready', name: 'modes', seeds: [0, 1] },
  ],
  [{ named: 'paper' }, { kind: 'named', name: 'paper' }],
  [
    { named: 'paper', halving: 'psnr' },
    { kind: 'named', name: 'paper', halving: { metric: 'psnr' } },
  ],
  [
    { without: 'kl', steps: '50' },
    { kind: 'without', term: 'kl', steps: 50 },
  ],
  [{ only: ['kl'] }, { kind: 'only', term: 'kl' }],
  [{ scale: 'kl=2' }, { kind: 'scale', term: 'kl', value: 2 }],
  [{ set: 'kl=1e-4' }, { kind: 'set', term: 'kl', value: 1e-4 }],
  [
    { sweep: ['kl=0.1,1,10', 'render=0, 2'], halving: 'psnr' },
    {
      kind: 'sweep',
      weights: { kl: [0.1, 1, 10], render: [0, 2] },
      halving: { metric: 'psnr' },
    },
  ],
  [
    { search: ['kl=0.001..1'], trials: '12', draw: '7', halving: 'val/kl:lower' },
    {
      kind: 'search',
      weights: { kl: [0.001, 1] },
      trials: 12,
      draw: 7,
      halving: { metric: 'val/kl', better: 'lower' },
    },
  ],
  [{ strategy: 'gradnorm, pcgrad' }, { kind: 'strategy', names: ['gradnorm', 'pcgrad'] }],
  [{ loss: 'smooth-l1' }, { kind: 'loss', names: ['smooth-l1'] }],
  [{ loss: 'flow.loss=smooth-l1' }, { kind: 'loss', key: 'flow.loss', names: ['smooth-l1'] }],
  [{ schedule: 'cosine,linear' }, { kind: 'schedule', names: ['cosine', 'linear'] }],
  [{ schedule: 'kl=linear' }, { kind: 'schedule', term: 'kl', names: ['linear'] }],
  [{ mode: 'two-stage' }, { kind: 'mode', names: ['two-stage'] }],
  [{ shuffle: true }, { kind: 'shuffle' }],
])('%j', (given, wanted) => {
  const request = readAblationRequest(given);
  expect(request).toEqual({ ok: true, value: wanted });
  if (wanted !== undefined) expect(ablationRequestSchema.safeParse(wanted).success).toBe(true);
});

test.each<[Given, RegExp]>([
  [{ without: 'kl', sweep: ['kl=1'] }, /--without and --sweep are two experiments.*ablation\.sets/],
  [{ scale: 'kl' }, /^--scale kl: give a term and a number, as kl=0\.5\.$/],
  [{ set: 'kl=' }, /^--set kl=: give a term/],
  [{ sweep: ['kl=1,two'] }, /^--sweep kl=1,two: give a term and its weights/],
  [{ sweep: ['kl=1', 'kl=2'] }, /gives kl twice/],
  [{ search: ['kl=1,2'], trials: '3' }, /kl=0\.001\.\.1/],
  [{ search: ['kl=1..2'] }, /needs --trials/],
  [{ search: ['kl=1..2'], trials: 'many' }, /^--trials many: give a whole number\.$/],
  [
    { only: 'kl', halving: 'psnr' },
    /^--halving is for --sweep, --search and --named, not for --only\.$/,
  ],
  [{ sweep: ['kl=1'], trials: '3' }, /^--trials is for --search, not for --sweep\.$/],
  [{ only: 'kl', seeds: '1,two' }, /^--seeds 1,two: give whole numbers/],
  [{ only: 'kl', steps: '0' }, /^--steps 0: give a whole number above 0/],
  [{ without: ['kl', 'render'] }, /^--without is given 2 times, .* --named\.$/],
  [{ only: 'kl', seeds: ['0', '1'] }, /^--seeds is given 2 times/],
  [{ without: '' }, /^--without says nothing: give a loss term, as --without kl\.$/],
  [{ strategy: ' , ' }, /^--strategy says nothing: give names/],
  [{ loss: 'encoder_loss=' }, /^--loss encoder_loss=: give names/],
  [{ schedule: 'kl=,' }, /^--schedule kl=,: give names/],
  [{ sweep: ['kl=1'], halving: '' }, /^--halving says nothing: give a metric/],
  [{ seeds: '0,1' }, /^--seeds says how an experiment is run, and none is named/],
  [{ trials: '12' }, /^--trials says how/],
  [{ search: ['kl=0.01...1'], trials: '3' }, /^--search kl=0\.01\.\.\.1: give a term/],
])('%j is refused in words', (given, words) => {
  const request = readAblationRequest(given);
  expect(request.ok ? '' : request.error).toMatch(words);
});
