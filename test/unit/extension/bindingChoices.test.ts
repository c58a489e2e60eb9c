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

test('folders with runs are offered once each, the fullest first, with what lies there', () => {
  const config = 'file:///w/c.yaml';
  const run = (path: string, configUris: readonly string[] = []) => {
    return { path, name: path.slice(-1), configUris };
  };
  const runs = [
    ...[run('/w/a/1', [config]), run('C:\\logs\\x'), run('/')],
    ...['1', '2', '3', '4'].map((name) => run(`/w/runs/${name}`)),
  ];
  expect(runFolders(runs, config)).toEqual([
    { path: '/w/runs', description: 'the runs 1, 2, 3, 1 more' },
    { path: '/w/a', description: 'the run 1, as it is now' },
    { path: 'C:\\logs', description: 'the run x' },
  ]);
});
