import { afterEach, beforeEach, expect, test } from 'vitest';

import { runInTerminal } from '../../support/commandLine.ts';
import { storedExperiment } from '../../support/reports/storedExperiment.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;
beforeEach(() => {
  const experiment = {
    id: 'e',
    title: 'without kl · train.yaml, 3 seeds',
    seeds: [0, 1, 2],
    variants: {
      baseline: (seed: number) => 3 + seed / 10,
      'without-kl': (seed: number) => 4 + seed / 10,
    },
  };
  folder = new TemporaryWorkspace({
    ...storedExperiment(experiment),
    'train.yaml': 'kl_weight: 1\n',
    'deeper/notes.md': '',
  });
});
afterEach(() => folder[Symbol.dispose]());

/** Without what has changed, which nothing here asks for. */
async function run(cwd: string, ...args: readonly string[]) {
  const { changed: _, ...printed } = await runInTerminal(folder, ['export', ...args], cwd);
  return printed;
}

test('experiments are listed, also from a folder below', async () => {
  const listed = { code: 0, out: 'e  finished  without kl · train.yaml, 3 seeds\n', error: '' };
  expect(await run(folder.root)).toEqual(listed);
  expect(await run(folder.path('deeper'))).toEqual(listed);
});

test('one is printed with the numbers of its runs', async () => {
  const csv = await run(folder.root, 'e', '--format', 'csv');
  expect(csv.code).toBe(0);
  expect(csv.out).toContain('val/psnr,higher,end,baseline,baseline,2,3.2,3.1,');
  expect(csv.out).toMatch(/val\/psnr,higher,curve,without-kl,without-kl,0,3,3\.1,/);
  const markdown = await run(folder.root, 'e');
  expect(markdown.out).toMatch(/^# without kl · train\.yaml, 3 seeds\n/);
  const json = await run(folder.root, 'e', '--format', 'json');
  expect(JSON.parse(json.out)).toMatchObject({ schema: 1, id: 'e', seeds: [0, 1, 2] });
});

test('what is not there or not known is said', async () => {
  expect(await run(folder.root, 'f')).toMatchObject({
    code: 2,
    out: '',
    error: expect.stringContaining('There is no ablation "f" in '),
  });
  expect(await run(folder.root, 'e', '--format', 'docx')).toEqual({
    code: 2,
    out: '',
    error: '--format docx is not known; there are markdown, csv, json.\n',
  });
  using empty = new TemporaryWorkspace({ 'a.txt': '' });
  const none = await run(empty.root);
  expect(none.error).toBe('There is no ablation in this folder yet, nor in one above it.\n');
  expect(none.code).toBe(2);
});
