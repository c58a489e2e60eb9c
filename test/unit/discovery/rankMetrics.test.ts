import { expect, test } from 'vitest';

import { rankMetrics } from '../../../server/src/discovery/rankMetrics.ts';

test('the metrics that may log a loss come first, then what is spelt alike, gradients last', () => {
  const metrics = ['lr', 'grad/kl_1', 'klein_loss', 'val/kl_loss', 'train/kld_loss', 'kl_loss'];
  const ranked = rankMetrics('kl', metrics).map(({ name }) => name);
  expect(ranked.slice(0, 3)).toEqual(['kl_loss', 'val/kl_loss', 'train/kld_loss']);
  expect(ranked.indexOf('klein_loss')).toBeLessThan(ranked.indexOf('lr'));
});

test('likeness lies between 0 and 1', () => {
  for (const { likeness } of rankMetrics('', ['', 'loss', '???', 'a'.repeat(500)])) {
    expect(likeness).toBeGreaterThanOrEqual(0);
    expect(likeness).toBeLessThanOrEqual(1);
  }
});
