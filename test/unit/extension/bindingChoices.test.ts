import { expect, test } from 'vitest';

import { metricChoices, runFolders } from '../../../extension/src/commands/bindingChoices.ts';

test('a metric is offered with how well its name fits', () => {
  const choices = metricChoices([
    { name: 'kl_loss', likeness: 0.95, bound: true },
    { name: 'train/kld', likeness: 0.75, bound: false },
    { name: 'klein', likeness: 0.4, bound: false },
    { name: 'lr', likeness: 0, bound: false },
  ]);
  expect(choices.map(({ description }) => description)).toEqual([
    ...['as it is now', 'its name fits', 'a name much like it', ''],
  ]);
});

test('folders with runs are offered once each, the fullest first', () => {
  const paths = ['/w/a/1', '/w/runs/1', '/w/runs/2', 'C:\\logs\\x', '/'];
  expect(runFolders(paths.map((path) => ({ path })))).toEqual(['/w/runs', '/w/a', 'C:\\logs']);
});
