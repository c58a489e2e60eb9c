import { expect, it } from 'vitest';

import { experimentChoices } from '../../../extension/src/commands/experimentChoices.ts';
import type { ReadyExperiment } from '../../../server/src/protocol/readyExperiments.ts';

const modes: ReadyExperiment = {
  name: 'modes',
  title: 'joint or apart',
  question: 'Which is better?',
  variants: 6,
  runs: 18,
};

it.each([
  [{}, '18 runs (6 configs × 3 seeds)'],
  [{ seconds: 20 }, '18 runs (6 configs × 3 seeds), under a minute'],
  [{ seconds: 61 }, '18 runs (6 configs × 3 seeds), about 1 minute'],
  [{ seconds: 500, runs: 6 }, '6 runs (6 configs × 1 seed), about 8 minutes'],
  [{ seconds: 3 * 3600 + 900 }, '18 runs (6 configs × 3 seeds), about 3.3 hours'],
])('with %j it costs %s', (change, words) => {
  expect(experimentChoices([{ ...modes, ...change }])[0]?.description).toBe(words);
});

it('offers each with its question, and what cannot be done with the reason', () => {
  const problem = 'train.yaml cannot be trained as it is: steps is -1.';
  const broken = { ...modes, variants: 0, runs: 0, problem };
  expect(experimentChoices([modes, broken])).toEqual([
    {
      label: 'joint or apart',
      description: '18 runs (6 configs × 3 seeds)',
      detail: 'Which is better?',
      experiment: modes,
    },
    {
      label: 'joint or apart',
      description: 'not with this config',
      detail: problem,
      experiment: broken,
    },
  ]);
});
