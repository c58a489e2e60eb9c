import { expect, test } from 'vitest';

import { sharedGroupOf } from '../../../server/src/discovery/sharedGroup.ts';

const steps = ['step/trunk_update_ratio', 'step/heads_update_ratio'];

test.each([
  ['trunk', [...steps, 'grad/kl', 'grad/kl@heads', 'grad_weighted/kl@heads']],
  [undefined, [...steps, 'grad/kl', 'grad/kl@heads', 'grad/kl@trunk']],
  [undefined, [...steps, 'step/tail_update_ratio', 'grad/kl', 'grad/kl@heads']],
  // One group alone is what it is called, or everything: the log does not tell.
  [undefined, ['step/trunk_update_ratio', 'grad/kl']],
  [undefined, ['grad/kl', 'grad/kl@heads', 'loss/kl']],
  [undefined, []],
])('the figures without a group are of %s where the log holds %j', (group, metrics) => {
  expect(sharedGroupOf(metrics)).toBe(group);
});
