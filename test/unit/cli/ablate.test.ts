import { existsSync } from 'node:fs';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { noTrainingNode, runInTerminal } from '../../support/commandLine.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace({
    'train.yaml': 'task: flow-edit\nsteps: 5\n',
    'mine.yaml': 'task: ./mine.ts\nsteps: 5\nloss_weights: {recon: 1.0, kl: 0.1}\n',
  });
});
afterEach(() => folder[Symbol.dispose]());

const run = (...args: readonly string[]) => runInTerminal(folder, args);

test('an experiment is not begun where no Node.js can train, and why is said once', async () => {
  expect(await run('ablate', 'train.yaml', '--ready', 'time-sampling')).toMatchObject({
    code: 2,
    out: '',
    error: `${noTrainingNode}\n`,
  });
  expect(existsSync(folder.path('.counterweight'))).toBe(false);
});

test('experiments are listed without one', async () => {
  const { code, out } = await run('ablate', 'train.yaml');
  expect(code).toBe(0);
  expect(out).toMatch(/^time-sampling: /m);
});

test.each([
  [['ablate'], /^Which config\?/],
  [['ablate', 'train.yaml', '--ready', 'x', '--seeds', '1,two'], /^--seeds 1,two: give whole/],
  [['ablate', 'train.yaml', '--ready', 'x', '--seeds', ''], /^--seeds says nothing: give whole/],
  [['ablate', 'train.yaml', '--without', 'a', '--without', 'b'], /^--without is given 2 times/],
  [['ablate', 'train.yaml', '--seeds', '0,1'], /and none is named: give one too, as --without kl/],
  [['ablate', 'train.yaml', '--ready', 'x', '--steps', '0'], /^--steps 0: give a whole/],
  [['ablate', 'none.yaml'], /none\.yaml cannot be read/],
  [['ablate', '--resume', 'x'], /^Nothing was run in .* yet/],
  [['ablate', 'train.yaml', '--resume', 'x'], /^--resume takes the name of an experiment/],
  [['ablate', '--resume', 'x', '--seeds', '0'], /^--resume takes the name of an experiment/],
])('%j is refused in words', async (args, words) => {
  const { code, error } = await run(...args);
  expect(code).toBe(2);
  expect(error).toMatch(words);
});

test('a plan says what would be run, with what differs, and runs nothing', async () => {
  const { code, out } = await run(
    ...['ablate', 'mine.yaml', '--sweep', 'kl=0.5,2', '--seeds', '0,1', '--plan'],
  );
  expect(out).toContain('sweep of kl · mine.yaml, 2 seeds\n');
  expect(out).toContain('3 configs × 2 seeds (0, 1): 6 runs of 5 steps.\n');
  expect(out).toContain('No run of this config has finished yet');
  expect(out).toMatch(/^kl = 2$[\s\S]*^\+loss_weights: \{recon: 1\.0, kl: 2/m);
  expect(code).toBe(0);
  expect(existsSync(folder.path('.counterweight'))).toBe(false);
});
