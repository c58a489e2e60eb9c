import { existsSync } from 'node:fs';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { silentLogger } from '../../../server/src/base/logger.ts';
import { fail } from '../../../server/src/base/result.ts';
import { runCommand } from '../../../server/src/cli/runCommand.ts';
import { composeWorkspace } from '../../../server/src/composition.ts';
import { settingsSchema } from '../../../server/src/protocol/settings.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  folder = new TemporaryWorkspace({ 'train.yaml': 'task: flow-edit\nsteps: 5\n' });
});
afterEach(() => folder[Symbol.dispose]());

/** Runs the command where no Node.js can train. */
async function run(...args: readonly string[]) {
  const settings = settingsSchema.parse({});
  const workspace = composeWorkspace({
    settings: () => settings,
    logger: silentLogger,
    trusted: () => true,
    bundleFolder: folder.root,
    cacheFolder: folder.path('cache'),
    scansIn: 'process',
  });
  const told = { out: '', error: '' };
  const code = await runCommand(args, {
    workspace,
    cwd: folder.root,
    out(text) {
      told.out += text;
    },
    error(text) {
      told.error += text;
    },
    trainingNode: async () => fail('Training needs Node.js 22 or newer, and this is 20.'),
  });
  workspace.dispose();
  return { code, ...told };
}

test('an experiment is not begun where no Node.js can train, and why is said once', async () => {
  expect(await run('ablate', 'train.yaml', '--ready', 'time-sampling')).toEqual({
    code: 2,
    out: '',
    error: 'Training needs Node.js 22 or newer, and this is 20.\n',
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
  [['ablate', 'train.yaml', '--ready', 'x', '--seeds', ''], /^--seeds : give whole/],
  [['ablate', 'train.yaml', '--ready', 'x', '--steps', '0'], /^--steps 0: give a whole/],
  [['ablate', 'none.yaml'], /none\.yaml cannot be read/],
])('%j is refused in words', async (args, words) => {
  const { code, error } = await run(...args);
  expect(code).toBe(2);
  expect(error).toMatch(words);
});
