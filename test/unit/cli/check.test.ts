import { afterEach, expect, test } from 'vitest';

import { runInTerminal } from '../../support/commandLine.ts';
import { TrackioWriter } from '../../support/metricDatabases.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const config = 'loss_weights: {recon: 1.0, kl: 0.01}\n';
const line = (step: number): string => JSON.stringify({ step, recon_loss: 1 / (step + 1), kl: 2 });
const log = `${Array.from({ length: 9 }, (_, step) => line(step)).join('\n')}\n`;

let folder: TemporaryWorkspace;
afterEach(() => folder[Symbol.dispose]());

/** Checks the config in a folder of these files, from the top of the folder. */
async function check(
  files: Readonly<Record<string, string>>,
  path = 'train.yaml',
): Promise<{ readonly code: number; readonly out: string }> {
  folder = new TemporaryWorkspace({ [path]: config, ...files });
  return checkAgain(path);
}

async function checkAgain(path = 'train.yaml') {
  const { code, out, error, changed } = await runInTerminal(folder, ['check', path]);
  return { code, changed, out: `${out}${error}`.replaceAll(`${folder.root}/`, '') };
}

test('a config in a folder of its own has the logs of the folder that it is checked from', async () => {
  const { out } = await check({ 'runs/a/metrics.jsonl': log }, 'configs/train.yaml');
  expect(out).toContain('configs/train.yaml: from run a (jsonl)\n');
});

test('without a run, it is said where logs are looked for', async () => {
  const { out } = await check({ 'counterweight.yaml': 'logs: [elsewhere]\n' });
  expect(out).toContain('no run of this config was found');
  expect(out).toMatch(
    /Logs are looked for in elsewhere, folders and files with usual names \(runs,/,
  );
});

test('parts of the logs that could not be read are told with their bytes', async () => {
  const { out, code } = await check({ 'logs/metrics.jsonl': `${log}{"step": \u0000\n` });
  const from = Buffer.byteLength(log);
  expect(out).toContain(`logs/metrics.jsonl, bytes ${from}–${from + 10}: `);
  expect(code).toBe(0);
});

test('a log of a usual name right beside the config is found', async () => {
  const rows = Array.from({ length: 9 }, (_, epoch) => `${epoch},0.5,${1 / (epoch + 1)}\n`);
  const { out } = await check({ 'training.log': `epoch,kl_loss,recon_loss\n${rows.join('')}` });
  expect(out).toMatch(/from run \S+ \(csv\)/);
  expect(out).toContain('recon = 1  loss 0.1111');
});

test.each([
  { path: 'mine/metrics.jsonl', run: /from run mine \(jsonl\)/ },
  { path: 'elsewhere/exp1/metrics.jsonl', run: /from run exp1 \(jsonl\)/ },
  { path: 'elsewhere/exp1/mine.jsonl', run: /from run mine\.jsonl \(jsonl\)/ },
])('a single file is named in counterweight.yaml: $path', async ({ path, run }) => {
  const { out } = await check({ [path]: log, 'counterweight.yaml': `logs: [${path}]\n` });
  expect(out).toMatch(run);
});

test('mistakes in the counterweight.yaml that speaks for it are findings at their place', async () => {
  const { out, code } = await check({
    'logs/a.txt': 'it 0 kl~2\n',
    'counterweight.yaml':
      "log_patterns:\n  - files: logs/*.txt\n    line: 'no (?<kl>\\d+)'\n  - files: none.txt\n    line: '(?<kl>\\d+)'\n",
  });
  expect(out).toMatch(/^counterweight\.yaml:3:11: warning: This matches none of the 1 lines/m);
  expect(out).not.toContain('No file is there yet');
  expect(code).toBe(1);
});

test('the best log of a training speaks, not the copy of what it printed', async () => {
  const printed = Array.from({ length: 9 }, (_, step) => `step ${step}: recon_loss 0.1, kl 2.0\n`);
  folder = new TemporaryWorkspace({
    'train.yaml': config,
    'runs/a/metrics.jsonl': log,
    'nohup.out': printed.join(''),
  });
  const { out } = await checkAgain();
  expect(out).toContain('from run a (jsonl)');
});

test('a database beside the config is read, and its damage is told by rows', async () => {
  folder = new TemporaryWorkspace({ 'train.yaml': config });
  const writer = new TrackioWriter(folder.path('mlruns.db'));
  for (let step = 0; step < 9; step += 1) writer.log('brave-fox', step, line(step));
  writer.log('brave-fox', 9, 'no object');
  writer.close();
  const { out } = await checkAgain();
  expect(out).toContain('from run mlruns.db/brave-fox (trackio)');
  expect(out).toContain('mlruns.db, row 10: not a JSON object');
});

test('a weight that no code mentions is told, once the code is read', async () => {
  const { out, code } = await check(
    {
      'other.yaml': 'latent_dim: 16\nnum_layers: 2\nbatch_size: 8\nkl_weight: 0.1\n',
      'src/train.py': 'train(cfg.latent_dim, cfg.num_layers, cfg.batch_size)\n',
    },
    'other.yaml',
  );
  expect(out).toContain(
    'other.yaml:4:1: information: No code of this folder mentions `kl_weight` (1 Python file read). [unused-weight]\n',
  );
  // An information is nothing for a build to stumble over.
  expect(code).toBe(0);
});

test.each([
  { weights: 'kl_weight: -0.5\n', code: 1 },
  { weights: 'kl_weight: -0.5  # counterweight: ignore negative-weight\n', code: 0 },
  { weights: 'kl_weight: -1\n', code: 0 },
])('the exit code is that of errors and warnings: $weights', async ({ weights, code }) => {
  const found = await check({ 'other.yaml': weights }, 'other.yaml');
  expect(found.code).toBe(code);
  expect(found.out.includes('[negative-weight]')).toBe(!weights.includes('ignore'));
});

test('a file that counterweight.yaml does not name as one that sets the weights has none', async () => {
  const files = { 'base.yaml': config, 'counterweight.yaml': 'config: train.yaml\n' };
  const { out } = await check({ ...files, 'logs/metrics.jsonl': log }, 'train.yaml');
  expect(out).toContain('train.yaml: from run logs (jsonl)\n');
  const base = await checkAgain('base.yaml');
  expect(base.out).toContain('base.yaml: no run of this config was found\n');
  expect(base.out).toContain(
    '  counterweight.yaml says that the loss weights are set in train.yaml.\n',
  );
  const all = await checkAgain('.');
  expect(all.out).toContain('train.yaml: from run logs (jsonl)\n');
  expect(all.out).not.toContain('base.yaml');
});

test('the counterweight.yaml of a folder is taken in and judged once, and not for each config', async () => {
  const configs = Array.from({ length: 5 }, (_, at) => [`${at}.yaml`, config]);
  folder = new TemporaryWorkspace({
    ...Object.fromEntries(configs),
    'counterweight.yaml': 'totl: loss\n',
  });
  const { changed, out } = await checkAgain('.');
  expect(out.match(/counterweight\.yaml:1:1: error/g)).toHaveLength(1);
  expect(changed.filter((name) => name === 'counterweight.yaml')).toHaveLength(1);
});
